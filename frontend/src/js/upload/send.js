// Sends a form's data and tells how far it is; the one thing that `fetch` cannot.

export class Unreachable extends Error {}

// Resolves with the answer, whatever its status.
export function send(address, data, { signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      onProgress(lengthComputable && total > 0 ? loaded / total : null);
    });
    request.addEventListener("load", () => {
      resolve({
        status: request.status,
        html: request.responseText,
        address: request.responseURL,
        redirect: request.getResponseHeader("HX-Redirect"),
      });
    });
    request.addEventListener("error", () => reject(new Unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("Canceled", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(data);
  });
}

// What a refusal says, wherever in its HTML that stands.
export function faultIn({ status, html }) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const selector of ["[data-error]", ".field-error", "[data-toast] > p", ".toast > p"]) {
    for (const element of answer.querySelectorAll(selector)) {
      const text = element.textContent.trim();
      if (text) return text;
    }
  }
  if (status === 413) return "That picture is too large. We take PNG, JPEG or WebP up to 20 MB.";
  if (status === 429) return "That was a little fast. Please wait a moment, then try again.";
  return "Something broke on our side. Please try again.";
}
