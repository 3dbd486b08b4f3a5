// Security keys (WebAuthn), for the forms that carry data-ceremony. The only pages of the site that need a script.
(() => {
  "use strict";
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const withBytes = (list) => (list ?? []).map((entry) => ({ ...entry, id: toBytes(entry.id) }));

  const create = async ({ creation_options: { publicKey } }, form) => {
    const isPasswordless = form.querySelector("[name=passwordless]")?.checked ?? false;
    const options = {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: isPasswordless ? "required" : "discouraged",
        requireResidentKey: isPasswordless,
        ...(isPasswordless && { userVerification: "required" }),
      },
    };
    const made = await navigator.credentials.create({ publicKey: options });
    return {
      ...described(made),
      response: {
        clientDataJSON: toText(made.response.clientDataJSON),
        attestationObject: toText(made.response.attestationObject),
        transports: made.response.getTransports?.() ?? [],
      },
    };
  };

  const get = async ({ request_options: { publicKey } }) => {
    const options = {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    };
    const given = await navigator.credentials.get({ publicKey: options });
    const { clientDataJSON, authenticatorData, signature, userHandle } = given.response;
    return {
      ...described(given),
      response: {
        clientDataJSON: toText(clientDataJSON),
        authenticatorData: toText(authenticatorData),
        signature: toText(signature),
        userHandle: userHandle ? toText(userHandle) : null,
      },
    };
  };

  const described = (credential) => ({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  const optionsOf = async (form) => {
    if (form.dataset.ceremony !== "login") return JSON.parse(form.querySelector("script").textContent);
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  };

  for (const form of document.querySelectorAll("form[data-ceremony]")) {
    const problem = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        if (!window.PublicKeyCredential) throw new TypeError("unsupported");
        const options = await optionsOf(form);
        const credential = await (form.dataset.ceremony === "create" ? create : get)(options, form);
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch (error) {
        // A browser that has keys refuses them on an address that is not a name.
        const isImpossible = error instanceof TypeError || error.name === "SecurityError";
        problem.textContent = isImpossible ? problem.dataset.unsupported : problem.dataset.failed;
        problem.hidden = false;
      }
    });
  }
})();
