// The dashboard's pages: everything that runs in the browser starts here.

import { render } from "preact";
import { App } from "./app.tsx";
import "./style/main.css";

render(<App />, document.body);
