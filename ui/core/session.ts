// Who is signed in. Undefined: not known yet; null: nobody.

import type { Session, SessionView, SignInRequest } from "../../src/dashboard/wire.ts";
import { request } from "../api/http.ts";
import { clearFlashes } from "./flash.ts";
import { createStore, useStore } from "./store.ts";

export const session = createStore<Session | null | undefined>(undefined);

/** Where the project of last time is kept, by user. Nothing secret. */
const lastProjectKey = (user: string) => `project of ${user}`;

/** The session, in components that are only drawn with one. */
export function useSession(): Session {
  const current = useStore(session);
  if (!current) throw new Error("nobody is signed in");
  return current;
}

/** The project's id, for addresses that hold it. */
export function projectId(): string {
  return session.get()?.project.id ?? "";
}

export async function loadSession(): Promise<void> {
  session.set((await request<SessionView>("/api/session")).session);
}

/** @throws ApiError with what to tell the user */
export async function signIn(user: string, password: string, domain: string): Promise<void> {
  const project = localStorage.getItem(lastProjectKey(user));
  const body: SignInRequest = { user, password, domain, ...(project ? { project } : {}) };
  begin(await request<Session>("/api/session", { method: "POST", body }));
}

export async function switchProject(id: string): Promise<void> {
  begin(await request<Session>("/api/session/project", { method: "PUT", body: { project: id } }));
}

export async function signOut(): Promise<void> {
  await request("/api/session", { method: "DELETE" });
  session.set(null);
}

/** The server says that the session has ended. */
export function sessionEnded(): void {
  if (session.get()) session.set(null);
}

function begin(next: Session): void {
  localStorage.setItem(lastProjectKey(next.user.name), next.project.id);
  clearFlashes();
  session.set(next);
}
