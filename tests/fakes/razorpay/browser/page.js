// Opens the checkout with the options in this page's fragment, and writes down what it says.
// With `callback_url`, it is the page that a checkout with `redirect` goes to.
(() => {
  "use strict";

  const options = JSON.parse(decodeURIComponent(window.location.hash.slice(1)) || "{}");

  const say = (what, value) => {
    const line = document.createElement("li");
    line.textContent = `${what} ${JSON.stringify(value ?? null)}`;
    document.getElementById("said").append(line);
  };

  const checkout = new window.Razorpay({
    ...options,
    redirect: false,
    ...(options.callback_url ? {} : { handler: (response) => say("handler", response) }),
    modal: { ...options.modal, ondismiss: () => say("dismiss") },
  });
  checkout.on("payment.failed", (response) => say("failed", response));
  document.getElementById("open").addEventListener("click", () => checkout.open());
  if (options.callback_url) checkout.open();
})();
