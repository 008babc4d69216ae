// The peer of the story rows: a handler with four durable steps, as a story's submit, approve, order and report are.
import { createServer } from "node:http2";
import { createRequire } from "node:module";

// Node 20, which Debian's users have, lacks what the SDK takes from Node 22.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => ((resolve = yes), (reject = no)));
  return { promise, resolve, reject };
};

const installed = createRequire(`${process.env.RESTATE_HOME}/package.json`);
const restate = installed("@restatedev/restate-sdk");

const story = restate.service({
  name: "story",
  handlers: {
    tell: async (ctx, request) => {
      const submitted = await ctx.run("submit", () => ({ ...request, status: "submitted" }));
      const approved = await ctx.run("approve", () => ({ ...submitted, status: "approved" }));
      const ordered = await ctx.run("order", () => ({ ...approved, status: "ordered" }));
      return await ctx.run("report", () => ({ ...ordered, status: "provisioned" }));
    },
  },
});

const handler = restate.createEndpointHandler({ services: [story] });
createServer(handler).listen(Number(process.env.STORY_PORT), "127.0.0.1", () => console.log("listening"));
