// Who acts: every project's things are made within that project, by a user of the document or by the admin, who gets a
// role there for as long as it takes.

import { CloudApi } from "../cli/cloud-api.ts";
import { CommandError } from "../cli/command.ts";
import type { Credentials } from "../cli/credentials.ts";

export class Actors {
  readonly admin: CloudApi;
  #credentials: Credentials;
  #passwords = new Map<string, string>();
  #apis = new Map<string, Promise<CloudApi>>();
  #projects = new Map<string, string>();
  #undo: (() => Promise<unknown>)[] = [];

  private constructor(admin: CloudApi, credentials: Credentials) {
    this.admin = admin;
    this.#credentials = credentials;
    for (const name of ["admin", "demo"]) this.#passwords.set(name, credentials.password);
  }

  /** @param credentials the admin's @throws CommandError */
  static async of(credentials: Credentials): Promise<Actors> {
    return new Actors(await CloudApi.login(credentials), credentials);
  }

  /** A user whose password is known from now on. */
  knows(user: string, password: string): void {
    this.#passwords.set(user, password);
  }

  /** @throws CommandError for a project that is not there */
  async projectId(name: string): Promise<string> {
    const known = this.#projects.get(name);
    if (known !== undefined) return known;
    const { body } = await this.admin.ask("identity3", "GET", `/projects?name=${encodeURIComponent(name)}`);
    const id = body.projects[0]?.id as string | undefined;
    if (id === undefined) throw new CommandError(`there is no project ${name}`);
    this.#projects.set(name, id);
    return id;
  }

  /** @throws CommandError */
  async userId(name: string): Promise<string> {
    const { body } = await this.admin.ask("identity3", "GET", `/users?name=${encodeURIComponent(name)}`);
    const id = body.users[0]?.id as string | undefined;
    if (id === undefined) throw new CommandError(`there is no user ${name}`);
    return id;
  }

  /** The admin within a project, or a user of it. @throws CommandError */
  in(project = "admin", user = "admin"): Promise<CloudApi> {
    const key = `${user}\n${project}`;
    let api = this.#apis.get(key);
    if (!api) {
      api = this.#login(project, user);
      this.#apis.set(key, api);
    }
    return api;
  }

  /** Takes the admin's passing roles back. */
  async done(): Promise<void> {
    for (const undo of this.#undo.splice(0)) await undo();
  }

  async #login(project: string, user: string): Promise<CloudApi> {
    if (user === "admin" && project === "admin") return this.admin;
    const password = this.#passwords.get(user);
    if (password === undefined) {
      throw new CommandError(
        `the password of ${user} is not known: name the user in the seed, with its password`,
      );
    }
    if (user === "admin") await this.#enter(project);
    return CloudApi.login({ ...this.#credentials, user, project, password });
  }

  async #enter(project: string): Promise<void> {
    const { admin } = this;
    const [projectId, userId, roles] = await Promise.all([
      this.projectId(project),
      this.userId("admin"),
      admin.ask("identity3", "GET", "/roles?name=admin"),
    ]);
    const path = `/projects/${projectId}/users/${userId}/roles/${roles.body.roles[0].id}`;
    if ((await admin.send("identity3", "HEAD", path)).status === 204) return;
    await admin.ask("identity3", "PUT", path);
    this.#undo.push(() => admin.send("identity3", "DELETE", path));
  }
}
