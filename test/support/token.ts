// A token by password, as every program gets its first one.

export interface Issued {
  token: string;
  projectId: string;
}

/**
 * @param authUrl with the version: `http://127.0.0.1:5000/v3`
 * @param project also in the default domain; the one called as the user, unless named
 * @throws Error when there is none
 */
export async function tokenByPassword(
  authUrl: string,
  user: string,
  password: string,
  project = user,
): Promise<Issued> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, domain, password } } };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  if (!answer.ok) throw new Error(`no token for ${user}: ${answer.status} ${await answer.text()}`);
  const body = (await answer.json()) as { token: { project: { id: string } } };
  return { token: answer.headers.get("x-subject-token")!, projectId: body.token.project.id };
}
