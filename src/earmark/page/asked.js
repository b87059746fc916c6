import { useEffect, useState } from "./html.js";

/**
 * What the server says to a question, in a component that is drawn again when it has come.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} question
 * @param {unknown[]} inputs asked again when one of them changes
 * @returns {{value: T | null, problem: Error | null, retry: () => void, set: (value: T) => void}}
 */
export function useAsked(question, inputs) {
  const [state, setState] = useState({ value: null, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    setState({ value: null, problem: null });
    question(closing.signal).then(
      (value) => closing.signal.aborted || setState({ value, problem: null }),
      (problem) => closing.signal.aborted || setState({ value: null, problem }),
    );
    return () => closing.abort();
  }, [...inputs, turn]);
  return {
    ...state,
    retry: () => setTurn((count) => count + 1),
    set: (value) => setState({ value, problem: null }),
  };
}
