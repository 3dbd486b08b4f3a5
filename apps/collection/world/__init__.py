"""The world that the demonstration collects from: a town hall and its citizens' reports, all of it invented.

It stands outside of Écluse, as real sources do: it imports nothing of the house, and the house imports nothing of it
but the command that starts it (`manage.py demo_world`, docs/how-to/demonstration-world.md).

    story.py      what happened: reports, people, works, from a seed. Pure
    stores/       the same story as five systems keep it, each with its faults, all of them in the ledger
    building.py   the stores on the disk, whole or not at all
    serving/      the stores over HTTP, on loopback
"""
