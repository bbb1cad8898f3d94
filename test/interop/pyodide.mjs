// Runs a program in Pyodide, in Node.js, in a page or in a worker, and returns what it prints.
export async function run(load, files, program, suspends) {
    let printed = "";
    const print = (text) => (printed += `${text}\n`);
    const pyodide = await load({ stdout: print, stderr: print });
    for (const file of files) pyodide.unpackArchive(file, "zip");
    try {
        await (suspends ? pyodide.runPythonAsync(program) : pyodide.runPython(program));
    } catch (error) {
        print(error.message);
    }
    return printed;
}

async function inNode([pyodide, wheels, program]) {
    const fs = await import("node:fs");
    const { loadPyodide } = await import(pyodide);
    const read = fs.readdirSync(wheels).map((name) => new Uint8Array(fs.readFileSync(`${wheels}/${name}`)));
    process.stdout.write(await run(loadPyodide, read, fs.readFileSync(program, "utf8"), true));
    process.exit();
}

async function inBrowser(suspends) {
    const { loadPyodide } = await import("/pyodide/pyodide.mjs");
    const names = await (await fetch("/wheels")).json();
    const bytes = async (name) => new Uint8Array(await (await fetch(`/wheels/${name}`)).arrayBuffer());
    const program = await (await fetch("/program")).text();
    const printed = await run(loadPyodide, await Promise.all(names.map(bytes)), program, suspends);
    await fetch("/printed", { method: "POST", body: printed });
}

if (globalThis.process?.argv) await inNode(process.argv.slice(2));
else await inBrowser(new URL(import.meta.url).search.includes("suspends"));
