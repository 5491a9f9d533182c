import { connect } from 'node:net';
import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';

/** Says to the judge fifty times a second who runs, for as long as it may. */
const judge = connect(Number(process.env.JUDGE_PORT), '127.0.0.1');
judge.on('error', () => {});
let timer: NodeJS.Timeout;

const app = new App({ listener: (_, response) => response.end(), plugins: [new RailwayPlugin()] });
app.whenNewest(
	({ fence, isHeld }) => {
		timer = setInterval(() => {
			if (isHeld()) judge.write(`${process.env.PULSE_DEPLOYMENT_ID} ${process.pid} ${fence}\n`);
		}, 20);
	},
	() => clearInterval(timer),
);
export default app;
