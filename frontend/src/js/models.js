// Fields follow the chosen model: what it lacks is put away and not sent, and the button says its price.
import { whenPresent } from "./present.js";

const credits = (count) => `${count.toLocaleString("en-US")} ${count === 1 ? "credit" : "credits"}`;
const chosen = (form, name) => form.querySelector(`[name="${name}"]:is(:checked, [type=hidden])`);

function offerOf(form) {
  const model = chosen(form, "model");
  return model && JSON.parse(model.dataset.offer);
}

function wideness(ratio) {
  const [width, height] = ratio.split(":");
  return Math.log(width / height);
}

// Of two ratios that are equally near, the one that lies or stands as the asked one does is nearer.
const DISTANCE = {
  aspect_ratio: (asked, one) =>
    Math.abs(wideness(asked) - wideness(one)) + (wideness(asked) * wideness(one) > 0 ? 0 : 0.01),
  count: (asked, one) => Math.abs(asked - one),
};

// Offer these answers alone; where the one that was chosen is not among them, choose the nearest.
function limit(form, name, offered) {
  if (!form.querySelector(`input[type="radio"][name="${name}"]`)) return;
  const isEmpty = offered.length === 0;
  const fieldset = form.querySelector(`[data-choices="${name}"]`);
  if (fieldset) fieldset.hidden = isEmpty;
  const before = chosen(form, name)?.value;
  for (const input of form.querySelectorAll(`input[name="${name}"]`)) {
    const isOffered = offered.includes(input.value);
    input.disabled = !isOffered;
    input.closest(".choice").hidden = !isOffered;
  }
  if (isEmpty || offered.includes(before)) return;
  const distance = DISTANCE[name] ?? ((asked, one) => Math.abs(parseInt(asked, 10) - parseInt(one, 10)));
  const nearest = offered.reduce((best, one) => (distance(before, one) < distance(before, best) ? one : best));
  form.querySelector(`input[name="${name}"][value="${nearest}"]`).checked = true;
}

// How long a film may be follows from how fine it is.
function fitDuration(form) {
  const offer = offerOf(form);
  const resolution = chosen(form, "resolution")?.value ?? "";
  limit(form, "duration", offer.durations[resolution] ?? Object.values(offer.durations)[0] ?? offer.plain_durations);
}

function follow(field, has) {
  const input = field.querySelector("input, textarea");
  field.hidden = !has;
  input.disabled = !has;
  const range = field.querySelector("[data-range]");
  if (!has || !range) return;
  range.textContent = `${has.lowest} to ${has.highest}`;
  input.placeholder = String(has.default);
  // A number of another model's scale says nothing to this one.
  if (input.value && !(input.value >= has.lowest && input.value <= has.highest)) input.value = "";
}

function fit(form) {
  const offer = offerOf(form);
  if (!offer) return;
  // A result that has the given picture's shape has no ratio of its own.
  const isGiven = offer.follows_image && form.querySelector('input[name="image"]') !== null;
  limit(form, "aspect_ratio", isGiven ? [] : Object.keys(offer.sizes));
  limit(form, "count", Object.keys(offer.prices));
  limit(form, "scale", offer.scales);
  limit(form, "resolution", Object.keys(offer.durations));
  fitDuration(form);
  for (const size of form.querySelectorAll("[data-size]")) {
    size.textContent = offer.sizes[size.dataset.size]?.join(" × ") ?? "";
  }
  for (const price of form.querySelectorAll("[data-price-of]")) {
    price.textContent = credits(offer.prices[price.dataset.priceOf] ?? 0);
  }
  for (const field of form.querySelectorAll("[data-follows]")) follow(field, offer[field.dataset.follows]);
  const advanced = form.querySelector("[data-advanced]");
  if (advanced) advanced.hidden = advanced.querySelector("[data-follows]:not([hidden])") === null;
}

function sayPrice(form) {
  const prices = offerOf(form)?.prices ?? {};
  // A model that makes fewer at a time is asked for as many as it makes.
  const price = prices[chosen(form, "count")?.value] ?? Object.values(prices).at(-1);
  if (price === undefined) return;
  for (const shown of form.querySelectorAll("[data-price]")) shown.textContent = credits(price);
  form.querySelector("[data-price-said]").value = price;
}

whenPresent("[data-models]", (models) => {
  const form = models.closest("form");
  models.addEventListener("change", () => {
    const now = models.querySelector("[data-model-now]");
    now?.replaceChildren(...models.querySelector("input:checked + label").cloneNode(true).childNodes);
    fit(form);
  });
  fit(form);
  sayPrice(form);
});

whenPresent("[data-prompt-form], [data-priced]", (form) => {
  form.addEventListener("change", (event) => {
    if (event.target.name === "resolution") fitDuration(form);
    sayPrice(form);
  });
});

// Chosen by a click or by Enter, the others are folded away; by the arrows one is still looking.
whenPresent("[data-model-picker]", (picker) => {
  const fold = () => {
    picker.open = false;
    picker.querySelector("summary").focus({ preventScroll: true });
  };
  picker.addEventListener("click", (event) => {
    if (event.target.matches("input") && event.detail > 0) fold();
  });
  picker.addEventListener("keydown", (event) => {
    const isDone = event.key === "Escape" || (event.key === "Enter" && event.target.matches("input"));
    if (!isDone || !picker.open) return;
    event.preventDefault();
    event.stopPropagation();
    fold();
  });
});

// A rest ends while one looks on.
whenPresent("[data-rests-until]", (input) => {
  setTimeout(
    () => {
      input.disabled = false;
      input.nextElementSibling.querySelector(".model-state")?.remove();
    },
    Math.max(0, new Date(input.dataset.restsUntil) - Date.now()),
  );
});
