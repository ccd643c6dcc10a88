// Makes the Swagger page a place to work in: what an operation has made (a file, a job, a model) is filled into the
// forms of the operations that follow, and the job last started is followed live at the foot of the page.
"use strict";

window.FeedbackServiceTour = function () {
    const storageKey = "feedbackservice.tour";
    const ended = ["succeeded", "failed", "cancelled", "completed", "expired"];

    // Which made thing fills which field: address prefix and parameter name, or key of a request body.
    const parameterSources = [
        ["/v1/files/", "file_id", "file"],
        ["/v1/fine_tuning/jobs/", "id", "job"],
        ["/v1/evaluations/", "id", "evaluation"],
        ["/v1/classifications/", "id", "classification"],
        ["/v1/batches/", "id", "batch"],
        ["/v1/models/", "id", "model"],
        ["/v1/registry/models/", "name", "name"],
        ["/v1/registry/models/", "version", "version"],
        ["/models/", "model", "model"],
        ["/predict", "model", "model"],
        ["/v2/models/", "model", "name"],
        ["/v2/models/", "version", "version"],
    ];
    const bodySources = {
        training_file: "file",
        file: "file",
        input_file_id: "batch_file",
        model: "model",
        version: "version",
    };

    const remembered = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    const filled = new Map();
    let followed = null;

    function remember(things) {
        Object.assign(remembered, things);
        localStorage.setItem(storageKey, JSON.stringify(remembered));
    }

    /** Takes from an answer what later operations ask for. */
    function learn(system, made) {
        if (made === null || typeof made !== "object" || made.deleted) {
            return;
        }

        switch (made.object) {
            case "file":
                remember(made.purpose === "batch" ? { batch_file: made.id } : { file: made.id });
                break;
            case "fine_tuning.job":
                remember({ job: made.id });
                if (made.fine_tuned_model) {
                    learnModel(made.fine_tuned_model);
                }
                follow(system, made);
                break;
            case "evaluation":
            case "classification":
            case "batch":
                if (made.status) {
                    remember({ [made.object]: made.id });
                }
                break;
        }

        fill(system);
    }

    function learnModel(address) {
        const [name, version] = address.split(":");
        remember({ model: address, name, version: Number(version) });
    }

    /** Writes what is remembered into every form that the user has not changed. */
    function fill(system) {
        const paths = system.specSelectors.specJson().get("paths");
        paths?.forEach((item, path) => item.forEach((operation, method) => {
            operation.get("parameters")?.forEach(parameter => fillParameter(system, path, method, parameter));
            const example = operation.getIn(["requestBody", "content", "application/json", "example"]);
            if (example?.toJS) {
                fillBody(system, path, method, example.toJS());
            }
        }));
    }

    function fillParameter(system, path, method, parameter) {
        const source = parameterSources.find(([prefix, name]) => path.startsWith(prefix) && parameter.get("name") === name)?.[2];
        const value = remembered[source];
        if (value === undefined) {
            return;
        }

        const place = [path, method];
        const key = [...place, parameter.get("name")].join(" ");
        const current = system.specSelectors.parameterWithMetaByIdentity(place, parameter)?.get("value");
        const untouched = [undefined, "", parameter.get("example"), filled.get(key)];
        if (untouched.includes(current) && String(current) !== String(value)) {
            system.specActions.changeParamByIdentity(place, parameter, String(value), false);
            filled.set(key, String(value));
        }
    }

    function fillBody(system, path, method, example) {
        const current = system.oas3Selectors.requestBodyValue(path, method);
        let body;
        try {
            body = typeof current === "string" && current !== "" ? JSON.parse(current) : structuredClone(example);
        } catch {
            return; // Half-written by the user.
        }

        let changed = false;
        for (const [field, source] of Object.entries(bodySources)) {
            // A training starts from a preset, whatever model was made last.
            const value = field === "model" && "training_file" in example ? undefined : remembered[source];
            const key = [path, method, field].join(" ");
            if (value !== undefined && field in example && [example[field], filled.get(key)].includes(body[field]) && body[field] !== value) {
                body[field] = value;
                filled.set(key, value);
                changed = true;
            }
        }

        if (changed) {
            // Without the flag the form forgets its body when it is opened and chooses its media type.
            system.oas3Actions.setRetainRequestBodyValueFlag({ value: true, pathMethod: [path, method] });
            system.oas3Actions.setRequestBodyValue({ value: JSON.stringify(body, null, 2), pathMethod: [path, method] });
        }
    }

    /** Follows a job at the foot of the page until it has ended. */
    async function follow(system, job) {
        show(job, null);
        if (ended.includes(job.status) || followed?.id === job.id) {
            return;
        }

        followed?.stop.abort();
        const mine = followed = { id: job.id, stop: new AbortController() };
        try {
            for await (const event of events(system, job.id, mine.stop.signal)) {
                show(job, event);
            }

            const last = await fetch(`/v1/fine_tuning/jobs/${job.id}`, { headers: headers(system), signal: mine.stop.signal });
            if (last.ok) {
                followed = null;
                learn(system, await last.json());
            }
        } catch (error) {
            if (error.name !== "AbortError") {
                show(job, { message: "The connection was lost. Get the job again to go on watching." });
            }
        } finally {
            if (followed === mine) {
                followed = null;
            }
        }
    }

    /** The events of a job as they come. By fetch, because EventSource cannot send a key. */
    async function* events(system, id, signal) {
        const answer = await fetch(`/v1/fine_tuning/jobs/${id}/events`, { headers: { ...headers(system), accept: "text/event-stream" }, signal });
        if (!answer.ok) {
            throw new Error(`${answer.status}`);
        }

        let rest = "";
        for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
            const blocks = (rest + chunk).split("\n\n");
            rest = blocks.pop();
            for (const block of blocks) {
                const data = block.split("\n").find(line => line.startsWith("data:"));
                if (data) {
                    yield JSON.parse(data.slice(5));
                }
            }
        }
    }

    function headers(system) {
        for (const scheme of Object.values(system.authSelectors.authorized()?.toJS() ?? {})) {
            if (scheme.schema?.scheme === "bearer") {
                return { authorization: `Bearer ${scheme.value}` };
            }

            if (scheme.schema?.in === "header") {
                return { [scheme.schema.name]: scheme.value };
            }
        }

        return {};
    }

    function show(job, event) {
        const bar = document.getElementById("tour-progress") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "tour-progress" }));
        bar.setAttribute("role", "status");
        const line = progressLine(job, event);
        if (line) {
            const track = document.createElement("progress");
            track.max = 1;
            track.value = line.share;
            track.setAttribute("aria-label", "training progress");
            bar.replaceChildren(Object.assign(document.createElement("span"), { textContent: line.text }), track);
            if (line.next) {
                bar.append(Object.assign(document.createElement("a"), { href: line.next[0], textContent: line.next[1], onclick: jump }));
            }
        }
    }

    function progressLine(job, event) {
        const name = job.user_provided_suffix ?? job.model;
        if (job.status === "succeeded") {
            const accuracy = job.progress?.valid_accuracy;
            const text = `${job.fine_tuned_model} is ready` + (accuracy == null ? "" : `, validation accuracy ${accuracy.toFixed(3)}`);
            return { text, share: 1, next: ["#/Classify/Classify", "classify with it"] };
        }

        if (ended.includes(job.status)) {
            return { text: `Training of ${name} ${job.status}. ${job.error?.message ?? ""}`, share: 0 };
        }

        const data = event?.data;
        job.total ??= data?.total_steps ?? job.progress?.total_steps;
        if (data?.total_steps) {
            job.total = data.total_steps;
        }

        if (data?.step && job.total) {
            job.share = data.step / job.total;
            const left = data.eta_seconds == null ? "" : `, about ${Math.max(1, Math.ceil(data.eta_seconds))} s left`;
            return { text: `${name}: step ${data.step} of ${job.total}${left}`, share: job.share };
        }

        return { text: `${name}: ${event?.message ?? job.status}`, share: job.share ?? 0 };
    }

    /** Opens the operation that a link of the page names, without loading the page again. */
    function jump(click) {
        click.preventDefault();
        const [, tag, operation] = new URL(click.target.href).hash.split("/").map(decodeURIComponent);
        const { layoutActions } = window.ui.getSystem();
        layoutActions.show(["operations-tag", tag], true);
        if (operation) {
            layoutActions.show(["operations", tag, operation], true);
        }

        history.replaceState(null, "", click.target.href);
        const id = operation ? `operations-${tag}-${operation}` : `operations-tag-${tag}`;
        requestAnimationFrame(() => document.getElementById(id.replaceAll(" ", "_"))?.scrollIntoView({ behavior: "smooth" }));
    }

    document.addEventListener("click", click => {
        if (click.target.matches?.(".info a[href^='#/']")) {
            jump(click);
        }
    });

    return {
        statePlugins: {
            spec: {
                wrapActions: {
                    updateJsonSpec: (original, system) => spec => {
                        const result = original(spec);
                        if (spec.paths) {
                            fill(system);
                        }

                        return result;
                    },
                    setResponse: (original, system) => (path, method, response) => {
                        const result = original(path, method, response);
                        if (response.ok) {
                            learn(system, response.body ?? response.obj);
                        }

                        return result;
                    },
                },
            },
        },
    };
};
