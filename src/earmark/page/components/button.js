import { html } from "../html.js";
import { Icon } from "./icons.js";

/**
 * A button, or a link that looks like one.
 * @param {{kind?: "main" | "plain" | "bare" | "danger", icon?: string, label?: string, href?: string,
 *   children?: unknown} & Record<string, unknown>} props `label` instead of children: only the icon
 *   is seen, and the label is read out
 */
export function Button({ kind = "plain", icon, label, children, href, class: extra = "", ...rest }) {
  const name = ["button", kind, children ? "" : "icon-only", extra].filter(Boolean).join(" ");
  const inside = html`${icon && html`<${Icon} name=${icon} />`}${children}`;
  if (href) return html`<a class=${name} href=${href} aria-label=${label} title=${label} ...${rest}>${inside}</a>`;
  return html`<button type="button" class=${name} aria-label=${label} title=${label} ...${rest}>${inside}</button>`;
}
