// What most middleware are made with. A pipeline has twenty of them, so those that have nothing to say must cost
// nothing.

import { Refusal } from "../answers.ts";
import type { SwiftRequest } from "../request.ts";
import type { App } from "./contract.ts";

/** A middleware that concerns only some requests; the others go on at no cost. */
export function when(concerns: (request: SwiftRequest) => boolean, app: App, next: App): App {
  return function whenConcerned(request) {
    return concerns(request) ? app(request) : next(request);
  };
}

/** A middleware that refuses by throwing: the refusal becomes its answer, so that what stands before it sees one. */
export function guarded(app: App): App {
  return async function refusalsAnswered(request) {
    try {
      return await app(request);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  };
}
