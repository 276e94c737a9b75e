// The cloud's own APIs as a client sees them: a token by password, addresses from the catalog.

import { CommandError } from "./command.ts";
import type { Credentials } from "./credentials.ts";

interface CatalogService {
  type: string;
  endpoints: { interface: string; url: string }[];
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every service
  body: any;
}

export class CloudApi {
  #token: string;
  #urls: ReadonlyMap<string, string>;

  private constructor(token: string, urls: ReadonlyMap<string, string>) {
    this.#token = token;
    this.#urls = urls;
  }

  /** @throws CommandError when there is no token to be had */
  static async login({ authUrl, user, project, password }: Credentials): Promise<CloudApi> {
    const domain = { id: "default" };
    const identity = { methods: ["password"], password: { user: { name: user, domain, password } } };
    const answer = await fetch(`${authUrl}/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
    });
    if (!answer.ok) throw new CommandError(`no token for ${user}: ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: { catalog: CatalogService[] } };
    const urls = token.catalog.flatMap(({ type, endpoints }) => {
      const url = endpoints.find((endpoint) => endpoint.interface === "public")?.url;
      return url === undefined ? [] : [[type, url] as const];
    });
    return new CloudApi(
      answer.headers.get("x-subject-token") ?? "",
      new Map([["identity3", authUrl], ...urls]),
    );
  }

  /** The same addresses without a token. */
  anonymous(): CloudApi {
    return new CloudApi("", this.#urls);
  }

  has(service: string): boolean {
    return this.#urls.has(service);
  }

  /**
   * @param service catalog type, or `identity3` for the identity API's third version
   * @param body a text or bytes are sent as they are, anything else as JSON
   * @throws CommandError for a status of 400 and above, with the service's own words
   */
  async ask(
    service: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const answer = await this.send(service, method, path, body, headers);
    if (answer.status < 400) return answer;
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    throw new CommandError(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  }

  /** The same, whatever the status. */
  async send(
    service: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const answer = await fetch(`${this.#urls.get(service)}${path}`, {
      method,
      headers: {
        ...(this.#token === "" ? {} : { "x-auth-token": this.#token }),
        ...(body === undefined || raw ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : raw ? (body as BodyInit) : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = answer.headers.get("content-type")?.startsWith("application/json") && text !== "";
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
  }
}
