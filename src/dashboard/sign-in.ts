// Signing in, switching the project, signing out. No password is kept: it is exchanged for a token at once, and the
// token for one of another project when the user switches. Which project one begins in follows Horizon
// (openstack_auth/backend.py): the one asked for, the user's default, else the first.

import { CloudError, Forbidden, Unauthorized } from "../core/errors.ts";
import { type IdentityClient, IdentityRefusal } from "./identity-client.ts";
import type { ProjectRef, SignInRequest } from "./wire.ts";

/** The one domain whose name clients write in lower case as well, because that is its id. */
const DEFAULT_DOMAIN = "default";

export class SignIn {
  #identity: IdentityClient;

  constructor(identity: IdentityClient) {
    this.#identity = identity;
  }

  /**
   * @returns a token of a project
   * @throws Unauthorized for wrong credentials, Forbidden for a user without a project
   */
  async signIn(request: SignInRequest, remoteAddress: string): Promise<string> {
    const name = request.domain ?? DEFAULT_DOMAIN;
    const domain = name.toLowerCase() === DEFAULT_DOMAIN ? { id: DEFAULT_DOMAIN } : { name };
    const user = { name: request.user, password: request.password, domain };
    const auth = { identity: { methods: ["password"], password: { user } } };
    const first = await this.#identity.issue(auth, remoteAddress).catch(explain);
    if (first.project && (!request.project || request.project === first.project.id)) return first.token;
    const projects = await this.#identity.projects(first.token, remoteAddress);
    const chosen = projects.find(({ id }) => id === request.project) ?? first.project ?? projects[0];
    if (!chosen) throw new Forbidden("You are not authorized for any projects.");
    if (chosen.id === first.project?.id) return first.token;
    return this.switchProject(first.token, chosen.id, remoteAddress);
  }

  /**
   * @param token a valid one
   * @returns a token of that project
   * @throws Forbidden when the user has no role there: the session itself is as good as before
   */
  async switchProject(token: string, projectId: string, remoteAddress: string): Promise<string> {
    const auth = {
      identity: { methods: ["token"], token: { id: token } },
      scope: { project: { id: projectId } },
    };
    try {
      return (await this.#identity.issue(auth, remoteAddress)).token;
    } catch (error) {
      if (error instanceof IdentityRefusal && error.status === 401) {
        throw new Forbidden("You are not authorized for this project.");
      }
      return explain(error);
    }
  }

  projects(token: string, remoteAddress: string): Promise<ProjectRef[]> {
    return this.#identity.projects(token, remoteAddress).catch(explain);
  }

  /** The token is worth nothing afterwards. One that has ended by itself is no error. */
  async signOut(token: string, remoteAddress: string): Promise<void> {
    await this.#identity.revoke(token, remoteAddress).catch((error: unknown) => {
      const ended = error instanceof IdentityRefusal && (error.status === 401 || error.status === 404);
      if (!ended) throw error;
    });
  }
}

/** Words what the identity service refused for somebody in front of a page. */
function explain(error: unknown): never {
  if (!(error instanceof IdentityRefusal)) throw error;
  const { status, message } = error;
  if (status === 503) throw new CloudError("unavailable", message);
  if (status === 403) throw new Forbidden(message);
  // Keystone tells everything else by the same sentence, except that a password has run out.
  throw new Unauthorized(/password/i.test(message) ? message : "Invalid credentials.");
}
