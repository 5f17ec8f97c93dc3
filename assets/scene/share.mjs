// Links that show the scene to somebody without an account: given out, counted, withdrawn.
import { ask, fill, made, moment } from "./words.mjs";

const LASTING = [["hours", 2, 2], ["hours", 24, 24], ["days", 7, 168], ["days", 30, 720]];

export function sharing(url, all) {
  const words = all.share, said = made("p", "scene-link-said", null, { role: "status" }), rows = made("ul", "scene-links");
  const purpose = made("input", "", null, { type: "text", maxlength: "100", required: true, placeholder: words.purpose_hint });
  const lasting = made("select", "", LASTING.map(([unit, n, hours]) => made("option", "", fill(words[unit], { n }), { value: hours })));
  const form = made("form", "scene-link-form", [
    made("label", "", [made("span", "", words.purpose), purpose]), made("label", "", [made("span", "", words.lasting), lasting]),
    made("button", "primary", words.make, { type: "submit" })], { submit: (event) => { event.preventDefault(); give(); } });
  const dialog = made("dialog", "scene-dialog", [
    made("header", "", [made("h2", "", words.title), made("button", "plain", "×", { type: "button", "aria-label": all.close, click: () => dialog.close() })]),
    made("p", "quiet", words.explain), form, said, rows], { close: () => dialog.remove() });

  async function give() {
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const made_link = await ask(url, { purpose: purpose.value, hours: Number(lasting.value) });
      show(made_link.url);
      purpose.value = "";
      await list();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  }

  function show(link) {
    const field = made("input", "scene-link", null, { type: "text", readonly: true, value: link, "aria-label": words.title, focus: () => field.select() });
    const copy = made("button", "", words.copy, { type: "button", click: async () => {
      field.select();
      try { await navigator.clipboard.writeText(link); } catch { document.execCommand("copy"); }
      copy.textContent = words.copied;
    } });
    said.replaceChildren(made("span", "scene-link-row", [field, copy]), made("small", "quiet", words.once));
  }

  async function list() {
    const links = (await ask(url)).rows, now = Date.now();
    if (!links.length) { rows.replaceChildren(made("li", "quiet", words.none)); return; }
    rows.replaceChildren(...links.map((link) => {
      const isOpen = !link.withdrawn_at && Date.parse(link.expires_at) > now;
      const state = link.withdrawn_at ? words.withdrawn : isOpen ? fill(words.until, { at: moment(link.expires_at) }) : words.expired;
      const visits = link.visits ? `${fill(words.visits, { n: link.visits })} · ${moment(link.last_opened_at)} ${link.last_address}` : words.never;
      const end = isOpen ? made("button", "", words.withdraw, { type: "button", click: () => withdraw(link.id) }) : null;
      return made("li", isOpen ? "" : "over", [made("div", "", [made("b", "", link.purpose), made("small", "", `${link.made_by_name} · ${state}`), made("small", "", visits)]), end]);
    }));
  }

  async function withdraw(id) {
    try { await ask(`${url}/${id}/withdraw`, {}); } catch (error) { said.textContent = error.message; }
    await list();
  }

  document.body.append(dialog);
  dialog.showModal();
  list().catch((error) => { said.textContent = error.message; });
}
