import { href } from "../core/router.ts";
import { Page } from "../parts/page.tsx";
import { HOME } from "../routes.tsx";

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <p>
        There is nothing here, or it is not for you in this project. <a href={href(HOME)}>To the overview</a>
      </p>
    </Page>
  );
}
