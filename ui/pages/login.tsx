// Signing in.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/http.ts";
import { signIn } from "../core/session.ts";
import { Mark } from "../layout/top-bar.tsx";

export function LoginPage() {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const domain = useRef<HTMLInputElement>(null);
  // At once: later it would take the focus from somebody who types already.
  useLayoutEffect(() => {
    document.title = "Sign in - stack dashboard";
    user.current?.focus();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(
        user.current!.value.trim(),
        password.current!.value,
        domain.current!.value.trim() || "Default",
      );
    } catch (thrown) {
      setError(messageOf(thrown));
      setBusy(false);
      password.current!.value = "";
      password.current!.focus();
    }
  };
  return (
    <main class="login">
      <form class="card" onSubmit={submit}>
        <h1>
          <Mark /> Sign in
        </h1>
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <div class="field">
          <label for="user">User name</label>
          <input
            ref={user}
            id="user"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            required
          />
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input
            ref={password}
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </div>
        <div class="field">
          <label for="domain">Domain</label>
          <input ref={domain} id="domain" name="domain" defaultValue="Default" autocomplete="off" required />
        </div>
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign In"}
        </button>
      </form>
    </main>
  );
}
