// What a page keeps in the browser, and what it does when the server doesn't answer.
"use strict";
window.palca = (() => {
  const DRAFTS = "palca.drafts"; // of this browser: rules that somebody has written
  const words = window.palcaWords || {}; // translations into the language of this page
  const say = (text) => words[text] || text;
  const UNSENT = "palca.unsent"; // of this window: what was typed and hasn't been heard

  function read(store, name, none) {
    try {
      return JSON.parse(window[store].getItem(name)) || none;
    } catch {
      return none; // a browser may refuse its store, or hold there what isn't ours
    }
  }
  function write(store, name, value) {
    try {
      window[store].setItem(name, JSON.stringify(value));
      return "";
    } catch {
      return say("This browser has no room for the draft: download it, or delete others.");
    }
  }
  const drafts = () => {
    const all = read("localStorage", DRAFTS, []);
    return Array.isArray(all) ? all : [];
  };
  const others = (id) => drafts().filter((each) => each.id !== id);

  // methods of the sheet: what becomes of the rules that somebody writes
  const drafting = {
    arrive(shown) {
      // at other rules than before: the draft of them is shown, but not in place of an address's
      const field = this.form.fields.find((each) => each.kind === "prose");
      const place = field ? field.draft : "";
      const came = place && place !== this.arrived;
      this.arrived = place;
      if (!came) return;
      const mine = this.kept.filter((each) => each.of === place);
      const now = this.draft(field);
      const same = mine.find((each) => each.text === now);
      const last = mine[mine.length - 1];
      if (same) this.edited[place] = same.id;
      else if (last && shown && field.shipped && now === field.value) this.take(field, last);
      else delete this.edited[place];
    },
    write(field, text) {
      const id = this.edited[field.draft] || Date.now();
      this.edited[field.draft] = id;
      this.full = window.palca.keep(id, field.draft, text);
      this.kept = window.palca.drafts();
      this.later(field, text);
    },
    others(field) {
      const now = this.draft(field);
      return this.kept.filter((each) => each.of === field.draft && each.text !== now);
    },
    take(field, kept) {
      this.edited[field.draft] = kept.id;
      this.later(field, kept.text, 0);
    },
    drop(kept) {
      window.palca.drop(kept.id);
      this.kept = window.palca.drafts();
    },
    as_shipped(field) {
      delete this.edited[field.draft];
      this.forget();
      this.tell("choose", { name: "policy", value: field.draft.split("/")[1] }); // as if chosen anew
    },
  };

  // methods of the sheet: what a story asks
  const scenes = {
    guess(asked) {
      this.pick(asked.name, asked.said ? "" : asked.options.length ? this.guessed : String(this.share));
      this.guessed = "";
    },
    turn_to(scene, before) {
      if (!scene || (before && scene.title === before.title)) return;
      this.guessed = ""; // what was thought of another scene
      this.share = 50;
      if (before) window.scrollTo(0, 0);
    },
    print() {
      window.print();
    },
  };

  return {
    say,
    scenes,
    drafts,
    drafting,
    keep: (id, of, text) => write("localStorage", DRAFTS, [...others(id),
      { id, of, text, at: new Date().toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }) }]),
    drop: (id) => write("localStorage", DRAFTS, others(id)),
    unsent(page, name, value) {
      const last = read("sessionStorage", UNSENT, {});
      const choices = last.page === page ? last.choices : {};
      write("sessionStorage", UNSENT, { page, choices: { ...choices, [name]: value } });
    },
    sent: () => write("sessionStorage", UNSENT, {}),
    // what hadn't been heard when this page was loaded anew; null if it was opened
    again() {
      const { page, choices } = read("sessionStorage", UNSENT, {});
      const here = new URLSearchParams(window.location.search).get("page");
      write("sessionStorage", UNSENT, {});
      const [how] = performance.getEntriesByType("navigation");
      if (!how || how.type !== "reload") return null;
      return page && page === here ? choices : {};
    },
  };
})();

window.addEventListener("load", () => {
  const said = document.createElement("div");
  said.id = "lost";
  said.setAttribute("role", "alert");
  document.body.append(said);
  let watch = null;

  // Solara goes on by itself after a short break; after a longer one, or if the server was
  // started anew, the page is loaded again: its address and its drafts hold what was chosen
  async function look() {
    const reply = await fetch(window.location.pathname, { method: "HEAD", cache: "no-store" });
    if (reply.ok && watch !== null) window.location.reload();
  }
  const { say } = window.palca;
  function show(lost) {
    if (lost === (watch !== null)) return;
    clearInterval(watch);
    watch = lost ? setInterval(() => look().catch(() => {}), 2000) : null;
    said.replaceChildren();
    if (!lost) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("Try now");
    button.addEventListener("click", () => window.location.reload());
    said.append(say("The lab doesn't answer: it has ended, or the network is down. What you type is kept, and the page comes back by itself."), " ", button);
  }
  app.$watch("connectionStatus", (status) => show(app.wasConnected && status !== "connected"));
});
