// How a token that cannot be looked at is named (keystone/token/provider.py and keystone/token/providers/fernet).

import { EntityNotFound, NotFoundHere } from "../errors.ts";
import type { TokenProblem } from "./provider.ts";

export function tokenNotFound(problem: TokenProblem, token: string) {
  if (token === "") return new NotFoundHere("No token in the request");
  if (problem === "unrecognized") return new NotFoundHere("Could not recognize Fernet token");
  if (problem === "ended") return new NotFoundHere("Failed to validate token");
  return new EntityNotFound("token", token);
}
