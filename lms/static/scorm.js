// The SCORM runtime: what a package finds as API (1.2) or API_1484_11 (2004) in the window around it, written from the
// data models of SCORM 1.2 RTE §3.4 and SCORM 2004 RTE §4. It runs on the packages' own host, beside the package, and
// keeps nothing: every change is told to the page of the platform around it, which saves it.
(() => {
  "use strict";
  const home = document.body.dataset.parent, page = window.parent;
  window.parent = window; // A package looks for its API window by window upwards; above this one it may not look.
  const PAUSE = 1000; // milliseconds that changes are gathered before they are told

  // --- types: "" is good, "type" and "range" are what is wrong ---
  const text = (longest) => (value) => (value.length <= longest ? "" : "type");
  const words = (...all) => (value) => (all.includes(value) ? "" : "type");
  const number = (low = -Infinity, high = Infinity) => (value) =>
    !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? "type" : Number(value) < low || Number(value) > high ? "range" : "";
  const or = (first, second) => (value) => (first(value) === "" ? "" : second(value));
  const pattern = (expression) => (value) => (expression.test(value) ? "" : "type");
  const span12 = pattern(/^\d{2,4}:[0-5]?\d:[0-5]?\d(\.\d{1,2})?$/);
  const time12 = pattern(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?$/);
  const period = pattern(/^P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?$/);
  const moment = pattern(/^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,2})?(Z|[+-]\d\d(:\d\d)?)?)?)?)?)?)?$/);
  const language = pattern(/^$|^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/);
  const empty = words("");

  // --- data models: element (n is an index): [access, type, first value] ---
  const score12 = or(empty, number(0, 100));
  const status12 = words("passed", "completed", "failed", "incomplete", "browsed", "not attempted");
  const result12 = or(words("correct", "wrong", "unanticipated", "neutral"), number());
  const model12 = (start) => ({
    "cmi.core.student_id": ["r", text(255), start.learner.id],
    "cmi.core.student_name": ["r", text(255), start.learner.name],
    "cmi.core.lesson_location": ["rw", text(1000), ""],
    "cmi.core.credit": ["r", text(9), "credit"],
    "cmi.core.lesson_status": ["rw", status12, "not attempted"],
    "cmi.core.entry": ["r", text(9), start.resumed ? "resume" : fresh(start) ? "ab-initio" : ""],
    "cmi.core.score.raw": ["rw", score12, ""],
    "cmi.core.score.max": ["rw", score12, ""],
    "cmi.core.score.min": ["rw", score12, ""],
    "cmi.core.total_time": ["r", span12, "0000:00:00"],
    "cmi.core.lesson_mode": ["r", text(9), "normal"],
    "cmi.core.exit": ["w", words("time-out", "suspend", "logout", "")],
    "cmi.core.session_time": ["w", span12],
    "cmi.suspend_data": ["rw", text(64000), ""],
    "cmi.launch_data": ["r", text(4096), start.launch_data],
    "cmi.comments": ["rw", text(4096), ""],
    "cmi.comments_from_lms": ["r", text(4096), ""],
    "cmi.objectives.n.id": ["rw", text(255), ""],
    "cmi.objectives.n.score.raw": ["rw", score12, ""],
    "cmi.objectives.n.score.max": ["rw", score12, ""],
    "cmi.objectives.n.score.min": ["rw", score12, ""],
    "cmi.objectives.n.status": ["rw", status12, "not attempted"],
    "cmi.student_data.mastery_score": ["r", text(9), start.passing === null ? "" : String(start.passing)],
    "cmi.student_data.max_time_allowed": ["r", text(20), ""],
    "cmi.student_data.time_limit_action": ["r", text(20), ""],
    "cmi.student_preference.audio": ["rw", number(-1, 100), "0"],
    "cmi.student_preference.language": ["rw", text(255), ""],
    "cmi.student_preference.speed": ["rw", number(-100, 100), "0"],
    "cmi.student_preference.text": ["rw", number(-1, 1), "0"],
    "cmi.interactions.n.id": ["w", text(255)],
    "cmi.interactions.n.objectives.n.id": ["w", text(255)],
    "cmi.interactions.n.time": ["w", time12],
    "cmi.interactions.n.type": ["w", words("true-false", "choice", "fill-in", "matching", "performance", "sequencing", "likert", "numeric")],
    "cmi.interactions.n.correct_responses.n.pattern": ["w", text(1000)],
    "cmi.interactions.n.weighting": ["w", number()],
    "cmi.interactions.n.student_response": ["w", text(4096)],
    "cmi.interactions.n.result": ["w", result12],
    "cmi.interactions.n.latency": ["w", span12],
  });
  const completion = words("completed", "incomplete", "not attempted", "unknown");
  const success = words("passed", "failed", "unknown");
  const result04 = or(words("correct", "incorrect", "unanticipated", "neutral"), number());
  const types04 = words("true-false", "choice", "fill-in", "long-fill-in", "likert", "matching", "performance", "sequencing", "numeric", "other");
  const navigation = pattern(/^(continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_|\{target=[^{}]+\}(choice|jump))$/);
  const model2004 = (start) => ({
    "cmi.completion_status": ["rw", completion, "unknown"],
    "cmi.success_status": ["rw", success, "unknown"],
    "cmi.completion_threshold": ["r", text(9), start.threshold === null ? undefined : String(start.threshold)],
    "cmi.scaled_passing_score": ["r", text(9), start.passing === null ? undefined : String(start.passing)],
    "cmi.credit": ["r", text(9), "credit"],
    "cmi.mode": ["r", text(9), "normal"],
    "cmi.entry": ["r", text(9), start.resumed ? "resume" : fresh(start) ? "ab-initio" : ""],
    "cmi.exit": ["w", words("time-out", "suspend", "logout", "normal", "")],
    "cmi.launch_data": ["r", text(4096), start.launch_data || undefined],
    "cmi.learner_id": ["r", text(4000), start.learner.id],
    "cmi.learner_name": ["r", text(250), start.learner.name],
    "cmi.learner_preference.audio_level": ["rw", number(0), "1"],
    "cmi.learner_preference.language": ["rw", language, ""],
    "cmi.learner_preference.delivery_speed": ["rw", number(0), "1"],
    "cmi.learner_preference.audio_captioning": ["rw", words("-1", "0", "1"), "0"],
    "cmi.location": ["rw", text(1000)],
    "cmi.max_time_allowed": ["r", period],
    "cmi.progress_measure": ["rw", number(0, 1)],
    "cmi.score.scaled": ["rw", number(-1, 1)],
    "cmi.score.raw": ["rw", number()],
    "cmi.score.min": ["rw", number()],
    "cmi.score.max": ["rw", number()],
    "cmi.session_time": ["w", period],
    "cmi.suspend_data": ["rw", text(64000)],
    "cmi.time_limit_action": ["r", text(30), "continue,no message"],
    "cmi.total_time": ["r", period, "PT0S"],
    "cmi.comments_from_learner.n.comment": ["rw", text(4000)],
    "cmi.comments_from_learner.n.location": ["rw", text(250)],
    "cmi.comments_from_learner.n.timestamp": ["rw", moment],
    "cmi.objectives.n.id": ["rw", pattern(/^\S{1,4000}$/)],
    "cmi.objectives.n.score.scaled": ["rw", number(-1, 1)],
    "cmi.objectives.n.score.raw": ["rw", number()],
    "cmi.objectives.n.score.min": ["rw", number()],
    "cmi.objectives.n.score.max": ["rw", number()],
    "cmi.objectives.n.success_status": ["rw", success, "unknown"],
    "cmi.objectives.n.completion_status": ["rw", completion, "unknown"],
    "cmi.objectives.n.progress_measure": ["rw", number(0, 1)],
    "cmi.objectives.n.description": ["rw", text(250)],
    "cmi.interactions.n.id": ["rw", pattern(/^\S{1,4000}$/)],
    "cmi.interactions.n.type": ["rw", types04],
    "cmi.interactions.n.objectives.n.id": ["rw", pattern(/^\S{1,4000}$/)],
    "cmi.interactions.n.timestamp": ["rw", moment],
    "cmi.interactions.n.correct_responses.n.pattern": ["rw", text(4000)],
    "cmi.interactions.n.weighting": ["rw", number()],
    "cmi.interactions.n.learner_response": ["rw", text(4000)],
    "cmi.interactions.n.result": ["rw", result04],
    "cmi.interactions.n.latency": ["rw", period],
    "cmi.interactions.n.description": ["rw", text(250)],
    "adl.nav.request": ["rw", navigation, "_none_"],
    "adl.nav.request_valid.continue": ["r", text(9), start.next ? "true" : "false"],
    "adl.nav.request_valid.previous": ["r", text(9), start.previous ? "true" : "false"],
  });
  const fresh = (start) => Object.keys(start.said).every((name) => name.endsWith(".total_time"));

  // --- errors: what happened, by edition (1.2 RTE §3.3, 2004 RTE §3.1.7) ---
  const CODES = {
    good: [0, 0], argument: [201, 201], again: [101, 103], ended: [101, 104], early_end: [301, 112], late_end: [101, 113],
    early_get: [301, 122], late_get: [301, 123], early_set: [301, 132], late_set: [301, 133], early_commit: [301, 142],
    late_commit: [301, 143], unknown: [201, 401], children: [202, 301], count: [203, 301], unset: [0, 403],
    keyword: [402, 404], read_only: [403, 404], write_only: [404, 405], type: [405, 406], range: [405, 407],
    index_get: [201, 301], index_set: [201, 351], taken: [201, 351], depends: [201, 408],
  };
  const MEANINGS = {
    0: "No error", 101: "General exception", 103: "Already initialized", 104: "Content instance terminated",
    112: "Termination before initialization", 113: "Termination after termination", 122: "Retrieve data before initialization",
    123: "Retrieve data after termination", 132: "Store data before initialization", 133: "Store data after termination",
    142: "Commit before initialization", 143: "Commit after termination", 201: "Invalid argument",
    202: "Element cannot have children", 203: "Element not an array, cannot have a count", 301: "General get failure",
    351: "General set failure", 401: "Undefined data model element", 402: "Invalid set value, element is a keyword",
    403: "Data model element value not initialized", 404: "Data model element is read only",
    405: "Data model element is write only", 406: "Data model element type mismatch",
    407: "Data model element value out of range", 408: "Data model dependency not established",
  };
  const MEANINGS_12 = {
    201: "Invalid argument error", 301: "Not initialized", 401: "Not implemented error", 403: "Element is read only",
    404: "Element is write only", 405: "Incorrect data type",
  };

  // --- time: sums of sittings ---
  const seconds = (value) => {
    const clock = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(value || "");
    if (clock) return clock[1] * 3600 + clock[2] * 60 + Number(clock[3]);
    const span = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(value || "");
    return span ? [31557600, 2629800, 86400, 3600, 60, 1].reduce((sum, each, at) => sum + each * (span[at + 1] || 0), 0) : 0;
  };
  const two = (value) => String(value).padStart(2, "0");
  const clock = (all) => `${String(Math.min(9999, Math.floor(all / 3600))).padStart(4, "0")}:${two(Math.floor(all / 60) % 60)}:${two(Math.floor(all) % 60)}`;
  const span = (all) => `PT${Math.floor(all / 3600)}H${Math.floor(all / 60) % 60}M${Math.floor(all) % 60}S`;

  // --- one sitting with one part of a package ---
  function sitting(start) {
    const is12 = start.edition === "1.2", code = (what) => CODES[what][is12 ? 0 : 1];
    const core = is12 ? "cmi.core." : "cmi.";
    const elements = is12 ? model12(start) : model2004(start);
    const general = (name) => name.replace(/\.(0|[1-9]\d{0,2})(?=\.)/g, ".n");
    const said = Object.fromEntries(Object.entries(start.said).filter(([name]) => general(name) in elements));
    delete said[`${core}exit`];
    delete said[`${core}session_time`];
    const before = seconds(said[`${core}total_time`]), opened = Date.now();
    let state = "new", problem = 0, waiting = 0;

    const done = (value, what = "good") => { problem = code(what); return value; };
    const first = (name) => (elements[general(name)] || [])[2];
    const value = (name) => said[name] ?? first(name);
    const count = (prefix) => {
      const found = Object.keys(said).filter((name) => name.startsWith(`${prefix}.`)).map((name) => parseInt(name.slice(prefix.length + 1), 10));
      return found.reduce((most, one) => Math.max(most, one + 1), 0);
    };
    const isArray = (prefix) => Object.keys(elements).some((name) => name.startsWith(`${general(`${prefix}.`).replace(/\.$/, "")}.n.`)) || (!is12 && prefix === "cmi.comments_from_lms");
    const children = (prefix) => {
      const stem = `${general(`${prefix}.`).replace(/\.$/, "")}.`;
      const names = Object.keys(elements).filter((name) => name.startsWith(stem)).map((name) => name.slice(stem.length).replace(/^n\./, "").split(".")[0]);
      return [...new Set(names)].join(",");
    };
    const indexed = (name) => [...name.matchAll(/\.(\d+)(?=\.)/g)].map((found) => [name.slice(0, found.index), Number(found[1])]);

    function get(name) {
      name = String(name ?? "");
      if (name === "cmi._version") return done(is12 ? "3.4" : "1.0");
      const keyword = /^(.+)\._(count|children)$/.exec(name);
      if (keyword) return special(keyword[1], keyword[2]);
      const element = elements[general(name)];
      if (!element) return done("", "unknown");
      if (!element[0].includes("r")) return done("", "write_only");
      if (indexed(name).some(([prefix, at]) => at >= count(prefix))) return done("", "index_get");
      const found = value(name);
      return found === undefined ? done("", "unset") : done(found);
    }
    function special(prefix, what) {
      if (what === "count") return isArray(prefix) ? done(String(count(prefix))) : done("", children(prefix) ? "count" : "unknown");
      const found = children(prefix);
      return found ? done(found) : done("", general(prefix) in elements ? "children" : "unknown");
    }
    function set(name, given) {
      name = String(name ?? "");
      given = String(given ?? "");
      if (/\._(count|children|version)$/.test(name)) return done("false", "keyword");
      const element = elements[general(name)];
      if (!element) return done("false", "unknown");
      if (!element[0].includes("w")) return done("false", "read_only");
      if (indexed(name).some(([prefix, at]) => at > count(prefix))) return done("false", "index_set");
      const wrong = element[1](given) || unready(name, given);
      if (wrong) return done("false", wrong);
      said[name] = name === "cmi.comments" ? `${said[name] || ""}${given}`.slice(0, 4096) : given;
      tellSoon();
      return done("true");
    }
    // 2004: an entry of a list begins with its id, and no two objectives have the same.
    function unready(name, given) {
      const entry = is12 ? null : /^cmi\.(objectives|interactions)\.\d+\.(.+)$/.exec(name);
      if (!entry) return "";
      const stem = name.slice(0, name.length - entry[2].length);
      if (entry[2] !== "id") return said[`${stem}id`] === undefined ? "depends" : "";
      if (entry[1] === "objectives" && said[name] !== undefined && said[name] !== given) return "taken";
      const others = Object.entries(said).some(([other, its]) => other !== name && /^cmi\.objectives\.\d+\.id$/.test(other) && its === given);
      return entry[1] === "objectives" && others ? "taken" : "";
    }

    // --- telling the page ---
    function tellSoon() {
      if (!waiting) waiting = setTimeout(tell, PAUSE);
    }
    function tell() {
      clearTimeout(waiting);
      waiting = 0;
      const sitting = said[`${core}session_time`] ? seconds(said[`${core}session_time`]) : (Date.now() - opened) / 1000;
      const values = { ...said, [`${core}total_time`]: (is12 ? clock : span)(before + sitting) };
      delete values["adl.nav.request"];
      page.postMessage({ package: "save", values }, home);
    }
    function finish() {
      const status = is12 ? "cmi.core.lesson_status" : "cmi.completion_status", leaving = `${core}exit`;
      said[leaving] = said[leaving] ?? "";
      const isSilent = ["not attempted", "unknown"].includes(value(status));
      if (isSilent && said[leaving] !== "suspend") said[status] = "completed"; // who says nothing is done when it ends
      state = "over";
      tell();
      page.postMessage({ package: "over", request: said["adl.nav.request"] || "" }, home);
    }

    // --- the calls, of either edition ---
    const ready = (what) => (state === "running" ? "" : state === "new" ? `early_${what}` : `late_${what}`);
    const calls = {
      Initialize: (argument) => {
        if (argument !== "") return done("false", "argument");
        if (state !== "new") return done("false", state === "running" ? "again" : "ended");
        state = "running";
        tellSoon();
        return done("true");
      },
      Terminate: (argument) => {
        if (argument !== "") return done("false", "argument");
        if (ready("end")) return done("false", ready("end"));
        finish();
        return done("true");
      },
      GetValue: (name) => (ready("get") ? done("", ready("get")) : get(name)),
      SetValue: (name, given) => (ready("set") ? done("false", ready("set")) : set(name, given)),
      Commit: (argument) => {
        if (argument !== "") return done("false", "argument");
        if (ready("commit")) return done("false", ready("commit"));
        tell();
        return done("true");
      },
      GetLastError: () => String(problem),
      GetErrorString: (number) => (is12 && MEANINGS_12[number]) || MEANINGS[number] || "",
      GetDiagnostic: (number) => (is12 && MEANINGS_12[number || problem]) || MEANINGS[number || problem] || "",
    };
    const named = Object.entries(calls).map(([name, call]) => [is12 ? `LMS${name === "Terminate" ? "Finish" : name}` : name, call]);
    return { api: Object.fromEntries(named), tell, isPlaying: () => waiting !== 0 };
  }

  // --- the frame with the package in it ---
  let playing = null, frame = null;
  function open(start) {
    playing = sitting(start);
    window[start.edition === "1.2" ? "API" : "API_1484_11"] = playing.api;
    playing.tell(); // it is opened: more is not heard of a page that reports nothing
    frame = document.createElement("iframe");
    frame.title = document.title;
    frame.allow = "autoplay; fullscreen";
    frame.src = start.content;
    document.body.append(frame);
  }
  function close() {
    if (frame) frame.remove(); // lets it finish, as if its window were closed
    if (playing && playing.isPlaying()) playing.tell();
    frame = null;
    page.postMessage({ package: "closed" }, home);
  }
  addEventListener("message", (event) => {
    if (event.source !== page || event.origin !== home) return;
    if (event.data.package === "start" && !playing) open(event.data.start);
    if (event.data.package === "close") close();
  });
  page.postMessage({ package: "ready" }, home);
})();
