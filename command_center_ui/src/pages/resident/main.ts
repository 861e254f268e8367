import { mount } from "svelte";
import "../../design/base.css";
import Page from "./Page.svelte";

const target = document.getElementById("app");
if (target) mount(Page, { target });

// Opens the page without a network next time. Missing on plain http, where the page works all the same while online.
void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
