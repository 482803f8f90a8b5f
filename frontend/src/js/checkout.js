// The page on which people pay: asks how far the purchase is, and opens the gateway's window.
import { whenPresent } from "./present.js";

const LONGEST_MS = 30_000;
// A bank may take money later than it says, or an app after its window was closed.
const UNHEARD = "No payment reached us. If your bank takes money all the same, your days appear by themselves, or it goes back.";
const CANCELED = "payment_cancelled";

// The gateway's script, loaded once. It says by `window.Razorpay` that it is there.
let loading;
function load(url) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    // Ours is a module like all of ours; another's is what it is.
    if (new URL(url, location.href).origin === location.origin) script.type = "module";
    script.src = url;
    script.addEventListener("load", () => (window.Razorpay ? resolve(window.Razorpay) : reject(new Error("blocked"))));
    script.addEventListener("error", () => reject(new Error("blocked")));
    document.head.append(script);
  });
  return loading;
}

whenPresent("[data-pay]", (button) => {
  const section = button.closest("#checkout");
  const said = section.querySelector("[data-checkout-said]");
  const blocked = section.querySelector("[data-checkout-blocked]");
  const form = section.querySelector("[data-checkout-return]");
  const say = (words) => {
    said.textContent = words;
  };

  function bringBack(answer) {
    for (const [name, value] of Object.entries(answer)) {
      if (form.elements.namedItem(name)) form.elements.namedItem(name).value = value;
    }
    button.disabled = true;
    say("Paid. One moment.");
    form.submit();
  }

  // Loaded before it is needed; that it could not be is said when it is.
  const ready = load(button.dataset.script);
  ready.catch(() => {});

  button.addEventListener("click", async () => {
    say("");
    let Razorpay;
    button.disabled = true;
    try {
      Razorpay = await ready;
    } catch {
      blocked.hidden = false;
      button.hidden = true;
      return;
    } finally {
      button.disabled = false;
    }
    let failed = "";
    const checkout = new Razorpay({
      ...JSON.parse(button.dataset.pay),
      // Some ways to pay leave the page and come back to this; to the others, the answer is handed over.
      callback_url: form.action,
      handler: bringBack,
      modal: {
        ondismiss() {
          say(`${failed || "You closed the payment window."} ${UNHEARD}`);
          button.focus();
        },
      },
    });
    checkout.on("payment.failed", ({ error }) => {
      failed = error?.reason === CANCELED ? "You canceled the payment." : "The payment did not go through; you can try again.";
      say(`${failed} ${UNHEARD}`);
    });
    checkout.open();
  });
});

// What happens elsewhere shows here: less often while the server cannot be reached, and not while nobody looks.
whenPresent("[data-asks]", (section) => {
  const pace = 1000 * Number(section.dataset.pace);
  let failures = 0;
  let timer;

  function schedule() {
    clearTimeout(timer);
    if (!section.isConnected || document.hidden) return;
    timer = setTimeout(ask, Math.min(pace * 2 ** failures, LONGEST_MS));
  }

  async function ask() {
    try {
      const answer = await fetch(section.dataset.asks, {
        headers: { "HX-Request": "true" },
        cache: "no-store",
        signal: AbortSignal.timeout(20_000),
      });
      if (answer.headers.has("HX-Redirect")) {
        location.assign(answer.headers.get("HX-Redirect"));
        return;
      }
      if (answer.status === 200) {
        show(await answer.text());
        return;
      }
      failures = answer.ok ? 0 : failures + 1;
    } catch {
      failures += 1;
    }
    schedule();
  }

  function show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.querySelector("#checkout");
    if (fresh.dataset.stage === "active") {
      // The frame around it is another one now, too.
      location.reload();
      return;
    }
    const hadFocus = section.contains(document.activeElement);
    section.replaceWith(fresh);
    if (hadFocus) fresh.querySelector("h1").focus();
  }

  document.addEventListener("visibilitychange", () => {
    failures = 0;
    if (section.isConnected && !document.hidden) ask();
  });
  schedule();
});
