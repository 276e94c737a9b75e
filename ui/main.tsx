import { render } from "preact";
import "./style/main.css";
render(<p>hello</p>, document.body);
