// The keys: "/" to ask, "j" and "k" to the next and the previous source, "Escape" to stop or leave.
// Whoever speaks to the machine types letters unawares: all but Escape can be switched off.
"use strict";

(() => {
  const press = (selector) => {
    const button = document.querySelector(selector);
    if (!button?.offsetParent || button.disabled) return false;
    button.click();
    return true;
  };
  const ask = () => {
    const box = document.querySelector("#question textarea");
    if (!box?.offsetParent) return false;
    box.focus();
    return true;
  };
  const leave = () => {
    if (press("#question [data-testid=stop-button]")) return true;
    document.activeElement.blur();
    return true;
  };
  const keys = { "/": ask, j: () => press("#next"), k: () => press("#previous") };

  const SWITCH = "dateline-keys";
  window.keysAreOn = () => localStorage.getItem(SWITCH) !== "off";
  let shown = null;
  const showSwitch = () => {
    const box = document.querySelector("#keys input");
    if (!box || box === shown) return;
    shown = box;
    if (box.checked !== window.keysAreOn()) box.click();
  };
  document.addEventListener("change", ({ target }) => {
    if (target.closest("#keys")) localStorage.setItem(SWITCH, target.checked ? "on" : "off");
  });
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(showSwitch)).observe(document.body, {
      childList: true,
      subtree: true,
    }),
  );

  const typing = (node) =>
    node.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(node.tagName) ||
    (node.tagName === "INPUT" && !/^(radio|checkbox|button)$/.test(node.type));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") leave();
    else if (!window.keysAreOn() || typing(event.target)) return;
    else if (keys[event.key]?.()) event.preventDefault();
  });
})();
