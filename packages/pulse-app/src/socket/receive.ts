import type { App } from '../app.ts';
import type { Handoffs } from '../handoff/handoffs.ts';
import type { RenderSession } from '../render/render-session.ts';
import { type ClientMessage, clientMessage } from '../wire/messages.ts';
import { deserialize } from '../wire/serialize.ts';

/** `null` for anything that a Pulse client would not say. */
export function parseMessage(wire: unknown): ClientMessage | null {
	try {
		return clientMessage.parse(deserialize(wire));
	} catch {
		return null;
	}
}

/** Acts on one message of a browser; rejects when a handler of the app fails. */
export async function receive(
	{ app, handoffs }: { readonly app: App; readonly handoffs: Handoffs },
	render: RenderSession,
	message: ClientMessage,
): Promise<void> {
	switch (message.type) {
		case 'presence':
			render.page = { state: message.state, reason: message.reason ?? null };
			return;
		case 'reload_state':
			render.page = message.state === 'held' ? { state: 'held', reason: message.reason ?? null } : null;
			return message.state === 'held' ? handoffs.staying(render) : handoffs.leaving(render);
		default:
			return handoffs.heard(render, handle(app, render, message));
	}
}

async function handle(
	app: App,
	render: RenderSession,
	message: Exclude<ClientMessage, { type: 'presence' | 'reload_state' }>,
): Promise<void> {
	switch (message.type) {
		case 'attach': {
			const mount = render.findMount(message.path);
			// Its state is not here: it was rendered by another process, or too long ago.
			if (mount === null) return render.reload();
			render.attach(mount, message.routeInfo, message.attachId ?? null);
			break;
		}
		case 'update': {
			const mount = render.findMount(message.path);
			if (mount !== null) mount.routeInfo = message.routeInfo;
			break;
		}
		case 'detach':
			render.detach(message.path);
			break;
		case 'channel_message':
			return receiveChannelMessage(app, render, message);
	}
	await app.options.onMessage?.(render, message);
}

async function receiveChannelMessage(
	app: App,
	render: RenderSession,
	message: ClientMessage & { type: 'channel_message' },
): Promise<void> {
	if (message.event === '__close__') return render.closeChannel(message.channel);
	const channels = app.options.channels ?? {};
	if (Object.hasOwn(channels, message.channel)) {
		const open = channels[message.channel];
		if (open !== undefined) return render.channel(message.channel, open).receive(message);
	}
	if (message.requestId) {
		const { channel, requestId } = message;
		render.send({ type: 'channel_message', channel, responseTo: requestId, error: `no channel '${channel}'` });
	}
	await app.options.onMessage?.(render, message);
}
