// Preact and htm, bound to each other: the only module that knows where they lie.

import { Fragment, createContext, h, render } from "./vendor/preact.js";
import {
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "./vendor/hooks.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);

export {
  Fragment,
  createContext,
  render,
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
};
