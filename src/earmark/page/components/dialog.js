import { html, useEffect, useId, useRef } from "../html.js";

/**
 * A dialog over the page: the browser keeps the focus in it, and gives it back. It is open as long
 * as it is drawn.
 * @param {{title: string, onClose: () => void, children: unknown}} props
 */
export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    element.current.showModal();
  }, []);
  return html`<dialog ref=${element} aria-labelledby=${id} onCancel=${(event) => {
    event.preventDefault(); // whoever draws it decides whether it goes
    onClose();
  }}>
    <div class="dialog-body">
      <h2 id=${id}>${title}</h2>
      ${children}
    </div>
  </dialog>`;
}
