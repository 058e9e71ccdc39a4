// Calls functions of the provider's client, one for each line of JSON on standard input.
//
// A line is {"call": "Addons.for", "arguments": ["web"]}; its answer is {"result": …},
// {"refused": {"status", "data"}} or {"failed": "why"}. The first line is {"url", "token"}.
"use strict";

const readline = require("node:readline");
const { Client, clientFromToken } = require("scalingo");

function options(url) {
  return { apiUrl: url, authApiUrl: url, billingApiUrl: url };
}

function found(client, path) {
  const [group, name] = path.split(".");
  return (...given) => client[group][name](...given);
}

// What later versions of the client send to the database API: to the API host, with the same token.
async function onDatabases(client, method, path, data, params) {
  const request = { baseURL: `${client._apiUrl}/api/`, method, url: path, data, params };
  return (await client.apiClient().request(request)).data;
}

async function answered(client, { call, arguments: given }) {
  try {
    const ask =
      call === "databases" ? (...all) => onDatabases(client, ...all) : found(client, call);
    return { result: (await ask(...given)) ?? null };
  } catch (error) {
    const { status, data } = error.response ?? error;
    return status ? { refused: { status, data } } : { failed: String(error) };
  }
}

async function main() {
  let client = null;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer = { result: null };
    if (asked.url) {
      client = asked.bearer
        ? new Client(asked.bearer, options(asked.url))
        : await clientFromToken(asked.token, options(asked.url));
    } else {
      answer = await answered(client, asked);
    }
    console.log(JSON.stringify(answer));
  }
}

main();
