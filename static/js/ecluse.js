// An addition, never a need: copies snippets, keeps the focus and what was opened, and announces what a refreshed fragment says.
(() => {
  "use strict";
  const say = (text) => {
    const status = document.getElementById("status");
    if (status && text) status.textContent = text;
  };

  for (const snippet of document.querySelectorAll("pre[data-copy]")) {
    if (!navigator.clipboard) break; // only over HTTPS or on the machine itself
    const { copy, copyName, copied } = snippet.dataset;
    const button = document.createElement("button");
    const name = document.createElement("span");
    button.type = "button";
    button.id = `copy-${snippet.parentElement.id}`;
    button.className = "btn btn-line";
    button.textContent = copy;
    name.className = "hidden-text";
    name.textContent = ` ${copyName}`;
    button.append(name);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(snippet.textContent);
      say(`${copied}: ${copyName}`);
    });
    snippet.parentElement.querySelector("figcaption").append(button);
  }

  let focused = "";
  let opened = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    focused = document.activeElement?.id ?? "";
    opened = [...event.detail.target.querySelectorAll("details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const fragment = event.detail.target;
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    say(fragment.dataset.announce ?? fragment.querySelector("[data-announce]")?.dataset.announce);
  });
})();
