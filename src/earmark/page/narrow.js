import { useEffect, useState } from "./html.js";

const narrow = matchMedia("(max-width: 52rem)");

/** Whether there is room for a few columns only. */
export function useNarrow() {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const look = () => setNarrow(narrow.matches);
    narrow.addEventListener("change", look);
    return () => narrow.removeEventListener("change", look);
  }, []);
  return isNarrow;
}
