// The keys: "/" to ask, "j" and "k" to the next and the previous source, "Escape" to stop or leave.
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

  const typing = (node) =>
    node.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(node.tagName) ||
    (node.tagName === "INPUT" && !/^(radio|checkbox|button)$/.test(node.type));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") leave();
    else if (!typing(event.target) && keys[event.key]?.()) event.preventDefault();
  });
})();
