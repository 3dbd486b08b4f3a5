"""How each language writes days and times, where Django's own way is not the house's (setting FORMAT_MODULE_PATH)."""
