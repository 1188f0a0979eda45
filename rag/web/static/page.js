// Runs before Gradio: tells it that the page is an app, and later scrolls to each quotation.
"use strict";

window.__gradio_mode__ = "app";
window.gradio_api_info = { named_endpoints: {}, unnamed_endpoints: {} };

(() => {
  let shown = null;
  let watched = null;

  // A quotation that was not there before, or has moved, is brought into view inside its own box.
  const scrollToQuotation = () => {
    const article = document.getElementById("article");
    const mark = article && article.querySelector(".highlighted .text");
    const line = mark && mark.getClientRects()[0];
    if (!line) return;
    const now = [article.textContent, mark.textContent, mark.offsetTop, article.clientHeight].join();
    if (now === shown) return;
    shown = now;
    article.scrollTop += line.top - article.getBoundingClientRect().top - article.clientHeight / 4;
  };

  // A new question moves to the top of what is seen, so that its answer begins in view.
  let asked = 0;
  let unanswered = false;
  const showNewest = () => {
    const questions = document.querySelectorAll("#chat .user-row");
    unanswered ||= questions.length > asked;
    asked = questions.length;
    if (!unanswered || !asked) return;
    const chat = document.querySelector("#chat .panel-wrap");
    unanswered = chat.querySelector("progress") !== null;
    const scrolls = chat.scrollHeight > chat.clientHeight + 1;
    const box = scrolls ? chat : document.scrollingElement;
    const top = scrolls ? chat.getBoundingClientRect().top : 0;
    box.scrollTop += questions[asked - 1].getBoundingClientRect().top - top;
  };

  // Gradio reads a message's Markdown source aloud; its text is inside anyway.
  const nameMessages = () => {
    for (const [who, name] of [["user", "Question"], ["bot", "Answer"]])
      for (const message of document.querySelectorAll(`#chat [data-testid="${who}"]`))
        if (message.getAttribute("aria-label") !== name) message.setAttribute("aria-label", name);
  };

  // A chip above an answer opens the control that changes what it tells.
  const nameChips = () => {
    for (const chip of document.querySelectorAll("#chat kbd:not([role])")) {
      chip.setAttribute("role", "button");
      chip.tabIndex = 0;
    }
  };
  let wanted = null;
  const openControl = (chip) => {
    const label = document.querySelector("#understood .label-wrap");
    if (!label) return;
    if (!label.classList.contains("open")) label.click();
    const changes = chip.querySelector("time") ? "dates" : chip.querySelector("cite") && "carried";
    wanted = changes ? `#${changes} :is(input, textarea)` : "#kind input:checked";
    requestAnimationFrame(focusControl);
  };
  const focusControl = () => {
    const control = wanted && document.querySelector(wanted);
    if (!control?.offsetParent) return;
    wanted = null;
    control.focus();
  };
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("#chat kbd");
    if (chip) openControl(chip);
  });
  document.addEventListener("keydown", (event) => {
    const chip = event.target.closest("#chat kbd");
    if (!chip || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    chip.click();
  });

  const resized = new ResizeObserver(() => scrollToQuotation());
  const settle = () => {
    const article = document.getElementById("article");
    if (article !== watched) {
      resized.disconnect();
      if (article) resized.observe(article);
      watched = article;
    }
    scrollToQuotation();
    showNewest();
    nameMessages();
    nameChips();
    focusControl();
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(() => requestAnimationFrame(settle)).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    }),
  );

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.querySelector("#question textarea");
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
})();
