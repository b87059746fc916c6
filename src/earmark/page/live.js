// The live connection: sound goes out, levels and updates come in.

import { get, Problem, socketAddress } from "./api.js";

const FINISH = JSON.stringify({ type: "finish" });
const MOST_WAITING_BYTES = 1 << 20;

/** One connection; what it hears is one stream, whose time begins at 0. */
export class LiveConnection {
  /**
   * @param {number} rate_hz
   * @param {{onUpdate: (update: any) => void, onReady?: () => void, onEnd: (problem: Problem | null) => void}} handlers
   *   onEnd: null if it ended as it was asked to
   */
  constructor(rate_hz, handlers) {
    this._handlers = handlers;
    this._problem = null;
    this._isAsked = false;
    this._socket = new WebSocket(socketAddress("live", { format: "pcm_s16le", rate: rate_hz }));
    this._socket.binaryType = "arraybuffer";
    this._socket.onmessage = ({ data }) => this._hear(JSON.parse(data));
    this._socket.onclose = (event) => this._closed(event);
  }

  /** Make sure that the server would listen: a WebSocket that is refused cannot tell why. */
  static async check() {
    await get("tracks", { limit: 1 });
  }

  /** @param {Int16Array} samples one channel; lost if the network is far behind, as it would come too late */
  send(samples) {
    const isOpen = this._socket.readyState === WebSocket.OPEN;
    if (isOpen && this._socket.bufferedAmount < MOST_WAITING_BYTES) this._socket.send(samples);
  }

  /** Say that no more sound comes, and hear what is left to say. */
  finish() {
    this._isAsked = true;
    if (this._socket.readyState === WebSocket.OPEN) this._socket.send(FINISH);
    else this._socket.close();
  }

  /** End it at once, and hear nothing more. */
  drop() {
    this._handlers = { onUpdate: () => {}, onEnd: () => {} };
    this._socket.close();
  }

  _hear(said) {
    if (said.type === "ready") this._handlers.onReady?.();
    else if (said.type === "update") this._handlers.onUpdate(said.update);
    else if (said.type === "error") this._problem = new Problem(said.problem.status, said.problem);
  }

  _closed({ code, reason }) {
    const isFine = this._isAsked && code === 1000;
    const lost = code === 1006 ? Problem.offline() : new Problem(code, { detail: reason || "The server ended the connection." });
    this._handlers.onEnd(isFine ? null : (this._problem ?? lost));
  }
}
