// A stand-in for Razorpay's checkout: it asks what is to become of the payment instead of asking for a card.
(() => {
  "use strict";

  const HOME = new URL(document.currentScript.src).origin;
  const MAX_RETRIES = 4;
  const NO_ANSWER = {
    code: "SERVER_ERROR", description: "We are facing some trouble completing your request at the moment.",
    source: "internal", step: "payment_initiation", reason: "server_error", metadata: {},
  };
  const STYLES = {
    dialog: {
      border: "0", borderRadius: "12px", padding: "24px", width: "min(360px, calc(100vw - 32px))",
      boxSizing: "border-box", font: "16px/1.4 system-ui, sans-serif", color: "#111", background: "#fff",
      boxShadow: "0 8px 40px rgb(0 0 0 / 40%)",
    },
    title: { margin: "0 0 4px", font: "600 20px/1.2 system-ui, sans-serif", color: "#111" },
    amount: { margin: "0 0 12px", font: "600 28px/1.2 system-ui, sans-serif", color: "#111" },
    text: { margin: "0 0 12px", color: "#333" },
    status: { margin: "0 0 12px", color: "#a3001b", fontWeight: "600" },
    button: {
      display: "block", width: "100%", minHeight: "44px", margin: "8px 0 0", padding: "8px 16px",
      border: "1px solid #555", borderRadius: "8px", background: "#fff", color: "#111", font: "inherit", cursor: "pointer",
    },
    main: { background: "#0b3fa8", borderColor: "#0b3fa8", color: "#fff" },
  };

  const element = (name, styles, text) => {
    const made = document.createElement(name);
    for (const style of styles) Object.assign(made.style, STYLES[style]);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const money = (amount, currency) =>
    new Intl.NumberFormat("en-IN", { style: "currency", currency }).format(amount / 100);

  const ask = async (path, body) => {
    try {
      const answer = await fetch(`${HOME}/__fake__/${path}`, body && {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return { isGood: answer.ok, told: await answer.json() };
    } catch {
      return { isGood: false, told: { error: NO_ANSWER } };
    }
  };

  // Goes to another page as a form does, with these fields.
  const post = (url, fields) => {
    const form = document.createElement("form");
    form.method = "POST";
    form.action = url;
    form.hidden = true;
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  };

  const errorFields = ({ metadata, ...error }) => ({
    ...Object.fromEntries(Object.entries(error).map(([name, value]) => [`error[${name}]`, value ?? ""])),
    "error[metadata]": JSON.stringify(metadata ?? {}),
  });

  class Razorpay {
    #options;
    #failed = [];
    #dialog = null;
    #failures = 0;
    #timer;

    constructor(options) {
      if (!options || !options.key) throw new Error("No key passed");
      if (!options.order_id && !options.subscription_id) throw new Error("The fake needs order_id or subscription_id");
      this.#options = options;
    }

    on(event, listener) {
      if (event === "payment.failed") this.#failed.push(listener);
      return this;
    }

    async open() {
      const options = this.#options;
      if (options.callback_url && options.redirect) {
        const kept = JSON.stringify({ ...options, isHosted: true });
        window.location.assign(`${HOME}/__fake__/page#${encodeURIComponent(kept)}`);
        return;
      }
      this.#failures = 0;
      this.#show();
      if (options.timeout) this.#timer = setTimeout(() => this.#dismiss(), options.timeout * 1000);
      const about = new URLSearchParams({ key: options.key, ...this.#about() });
      const { isGood, told } = await ask(`checkout?${about}`);
      if (isGood) this.#describe(told);
      else this.#say(told.error.description);
    }

    close() {
      clearTimeout(this.#timer);
      if (!this.#dialog) return;
      this.#dialog.close();
      this.#dialog.remove();
      this.#dialog = null;
    }

    #about() {
      const { order_id, subscription_id, subscription_card_change } = this.#options;
      if (!subscription_id) return { order_id };
      return { subscription_id, ...(Number(subscription_card_change) ? { card_change: 1 } : {}) };
    }

    #show() {
      this.close();
      const options = this.#options;
      const dialog = element("dialog", ["dialog"]);
      dialog.setAttribute("aria-labelledby", "fake-razorpay-title");
      dialog.dataset.fakeRazorpay = "";
      const title = element("h2", ["title"], "Fake Razorpay");
      title.id = "fake-razorpay-title";
      const status = element("p", ["status"]);
      status.setAttribute("role", "status");
      const text = [options.name, options.description].filter(Boolean).join(": ");
      dialog.append(title, element("p", ["amount"], "…"), element("p", ["text"], text), status);
      const buttons = [
        ["Pay", () => this.#pay("captured"), ["button", "main"]],
        ["Fail", () => this.#pay("failed"), ["button"]],
        ["Dismiss", () => this.#leave(), ["button"]],
        ["Pay and close the tab", () => this.#payAndGo(), ["button"]],
      ];
      for (const [name, act, styles] of buttons) {
        const button = element("button", styles, name);
        button.type = "button";
        button.addEventListener("click", act);
        dialog.append(button);
      }
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        if (options.modal?.escape !== false) this.#leave();
      });
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog && options.modal?.backdropclose && this.#isOutside(event)) this.#leave();
      });
      document.body.append(dialog);
      this.#dialog = dialog;
      dialog.showModal();
    }

    #isOutside(event) {
      const box = this.#dialog.getBoundingClientRect();
      const isInside = event.clientX >= box.left && event.clientX <= box.right;
      return !(isInside && event.clientY >= box.top && event.clientY <= box.bottom);
    }

    #describe({ amount, currency, description }) {
      if (!this.#dialog) return;
      const [shown, text] = this.#dialog.querySelectorAll("p");
      shown.textContent = money(amount, currency);
      if (!this.#options.description && description) text.textContent = description;
    }

    #say(text) {
      if (this.#dialog) this.#dialog.querySelector("[role=status]").textContent = text;
    }

    #ask(outcome) {
      const { key, description } = this.#options;
      return ask("pay", { key, description, outcome, ...this.#about() });
    }

    async #pay(outcome) {
      this.#enable(false);
      const { isGood, told } = await this.#ask(outcome);
      this.#enable(true);
      if (!isGood) {
        this.#fail(told.error);
        return;
      }
      const { callback_url: url, handler } = this.#options;
      this.close();
      if (url) post(url, told);
      else if (handler) handler(told);
    }

    async #payAndGo() {
      this.#enable(false);
      await this.#ask("captured");
      this.close();
      window.close();
      window.location.replace("about:blank");
    }

    #fail(error) {
      const { callback_url: url, isHosted, retry } = this.#options;
      this.#failures += 1;
      for (const listener of this.#failed) listener({ error });
      const retries = retry === false || retry?.enabled === false ? 0 : retry?.max_count ?? MAX_RETRIES;
      if (this.#failures <= retries) {
        this.#say(`${error.description} You can try again.`);
        return;
      }
      if (isHosted) post(url, errorFields(error));
      else this.close();
    }

    #leave() {
      if (this.#options.modal?.confirm_close && !window.confirm("Do you want to leave the payment?")) return;
      this.#dismiss();
    }

    #dismiss() {
      if (!this.#dialog) return;
      this.close();
      const { callback_url: url, isHosted, modal } = this.#options;
      if (modal?.ondismiss) modal.ondismiss();
      if (!isHosted) return;
      post(url, errorFields({
        code: "BAD_REQUEST_ERROR",
        description: "You may have cancelled the payment or there was a delay in response from the bank page.",
        source: "customer",
        step: "payment_authentication",
        reason: "payment_cancelled",
        metadata: this.#about(),
      }));
    }

    #enable(isEnabled) {
      for (const button of this.#dialog?.querySelectorAll("button") ?? []) button.disabled = !isEnabled;
    }
  }

  window.Razorpay = Razorpay;
})();
