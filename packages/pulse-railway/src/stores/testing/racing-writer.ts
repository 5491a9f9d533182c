import { openStore } from '../open.ts';
import { race } from './race.ts';

// One of two processes that write to the same store at once; run with: <url> <name> <rounds>.
const [url = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = await openStore(url, { prefix: 'race' });
process.stdout.write(JSON.stringify(await race(store, name, Number(rounds))));
await store.close();
