// Stands in for the gateway's script where no money moves: the same interface, with a window that asks for no card.

const URL_OF_PAYMENT = "/test-gateway/pay";
const FAILED = {
  code: "BAD_REQUEST_ERROR",
  description: "The bank declined this pretend payment.",
  source: "bank",
  step: "payment_authorization",
  reason: "payment_failed",
};

class TestCheckout {
  #options;
  #listeners = {};
  #dialog;
  #said;
  #isOver = false;

  constructor(options) {
    this.#options = options;
  }

  on(event, listener) {
    (this.#listeners[event] ??= []).push(listener);
  }

  open() {
    this.#dialog = this.#draw();
    document.body.append(this.#dialog);
    // A dialog that is shown like this keeps the focus inside, and Escape cancels it.
    this.#dialog.showModal();
  }

  close() {
    this.#dismiss();
  }

  #draw() {
    const { description, amount, currency, subscription_card_change: isCard } = this.#options;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog test-checkout";
    dialog.setAttribute("aria-labelledby", "test-checkout-title");
    const title = element("h2", { id: "test-checkout-title" }, "Test payment");
    const sum = amount ? `${description}: ${currency} ${(amount / 100).toLocaleString("en")}` : description;
    this.#said = element("p", { className: "checkout-said", role: "status" });
    const acts = element("div", { className: "test-checkout-acts" });
    acts.append(
      this.#button(isCard ? "Use this card" : "Pay", "is-primary", () => this.#pay("paid", (answer) => this.#succeed(answer))),
      this.#button("Fail", "", () => this.#pay("failed", (answer) => this.#fail(answer))),
      this.#button("Pay and close this tab", "", () => this.#pay("paid", () => this.#vanish())),
      this.#button("Dismiss", "is-quiet", () => this.#dismiss()),
    );
    dialog.append(title, element("p", {}, sum), element("p", { className: "quiet-words" }, "No money moves. Choose what comes of it."), this.#said, acts);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#dismiss();
    });
    return dialog;
  }

  #button(words, kind, act) {
    const button = element("button", { type: "button", className: `button is-wide ${kind}` }, words);
    button.addEventListener("click", act);
    return button;
  }

  async #pay(outcome, then) {
    this.#said.textContent = "One moment.";
    this.#wait(true);
    const body = new URLSearchParams({
      purchase: this.#options.notes.purchase,
      outcome,
      csrf_token: document.querySelector("input[name=csrf_token]").value,
    });
    try {
      const answer = await fetch(URL_OF_PAYMENT, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail);
      then(told);
    } catch (error) {
      this.#said.textContent = error.message || "The test gateway did not answer.";
    } finally {
      this.#wait(false);
    }
  }

  #wait(isWaiting) {
    for (const button of this.#dialog.querySelectorAll("button")) button.disabled = isWaiting;
  }

  #succeed(answer) {
    this.#end();
    this.#options.handler(answer);
  }

  #fail(answer) {
    const metadata = { payment_id: answer.razorpay_payment_id, order_id: answer.razorpay_order_id };
    this.#said.textContent = `${FAILED.description} Try again, or dismiss.`;
    for (const listener of this.#listeners["payment.failed"] ?? []) listener({ error: { ...FAILED, metadata } });
  }

  // Whoever pays and goes at once: nobody tells the page, only the report tells the site.
  #vanish() {
    this.#said.textContent = "Paid. Close this tab now: the page was told nothing.";
    for (const button of this.#dialog.querySelectorAll("button")) button.hidden = true;
    this.#isOver = true;
    window.close();
  }

  #dismiss() {
    const wasOver = this.#isOver;
    this.#end();
    if (!wasOver) this.#options.modal?.ondismiss?.();
  }

  #end() {
    this.#isOver = true;
    this.#dialog.close();
    this.#dialog.remove();
  }
}

function element(name, properties, words = "") {
  const made = Object.assign(document.createElement(name), properties);
  made.textContent = words;
  return made;
}

window.Razorpay = TestCheckout;
