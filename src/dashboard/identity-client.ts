// The few calls of the Identity API that signing in takes, made within the process as any client makes them.
// Authority: Identity API reference v3, "Authentication and token management".

import type { Peers } from "../core/peers.ts";
import { supervisor } from "../core/service.ts";
import { dispatch } from "../http/server.ts";
import type { ProjectRef } from "./wire.ts";

export interface Issued {
  token: string;
  /** Null for an unscoped token. */
  project: ProjectRef | null;
}

/** The identity service said no. */
export class IdentityRefusal extends Error {
  override name = "IdentityRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class IdentityClient {
  #peers: Peers;

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /**
   * `POST /v3/auth/tokens` with this `auth` object.
   * @throws IdentityRefusal, PeerUnavailable
   */
  async issue(auth: unknown, remoteAddress: string): Promise<Issued> {
    const answer = await this.#ask("POST", "/auth/tokens", remoteAddress, {}, JSON.stringify({ auth }));
    const body = (await answer.json()) as { token: { project?: ProjectRef } };
    const { project } = body.token;
    return {
      token: answer.headers.get("x-subject-token") ?? "",
      project: project ? { id: project.id, name: project.name } : null,
    };
  }

  /** The enabled projects in which the token's user has a role, by name. */
  async projects(token: string, remoteAddress: string): Promise<ProjectRef[]> {
    const headers = { "x-auth-token": token };
    const answer = await this.#ask("GET", "/auth/projects", remoteAddress, headers);
    const { projects } = (await answer.json()) as { projects: (ProjectRef & { enabled: boolean })[] };
    return projects
      .filter(({ enabled }) => enabled)
      .map(({ id, name }) => ({ id, name }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async revoke(token: string, remoteAddress: string): Promise<void> {
    const headers = { "x-auth-token": token, "x-subject-token": token };
    await this.#ask("DELETE", "/auth/tokens", remoteAddress, headers);
  }

  async #ask(
    method: string,
    path: string,
    remoteAddress: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Response> {
    const target = `/identity/v3${path}`;
    const found = this.#peers.get(supervisor).route(target);
    if (!found) throw new IdentityRefusal(503, "This cloud has no identity service.");
    const init = { method, headers: { "content-type": "application/json", ...headers }, body: body ?? null };
    const answer = await dispatch(found, target, init, { remoteAddress });
    if (answer.ok) return answer;
    const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new IdentityRefusal(answer.status, said?.error?.message ?? `status ${answer.status}`);
  }
}
