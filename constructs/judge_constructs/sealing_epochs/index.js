// The rotation of the sealing keys: step by step what runtime/keys/rotation.py does, on Node's own X25519. It runs while
// deploying and then every hour. It may run twice at once and die anywhere: all it knows is what is in Secrets Manager.
'use strict';
const { createHash, generateKeyPairSync } = require('node:crypto');
const { KMSClient, EncryptCommand, GetPublicKeyCommand, SignCommand } = require('@aws-sdk/client-kms');
const {
  SecretsManagerClient, CreateSecretCommand, DeleteSecretCommand, GetSecretValueCommand, ListSecretsCommand,
  PutSecretValueCommand,
} = require('@aws-sdk/client-secrets-manager');

const { PREFIX, KEYSET, WRAPPING_KEY, SIGNING_KEY } = process.env;
const STAGES = process.env.STAGES.split(',');
const [LENGTH, LONGEST_SEAL, SLACK] = ['EPOCH', 'LONGEST_SEAL', 'SLACK'].map((name) => 1000 * process.env[`${name}_SECONDS`]);
const DESTROY_AFTER = 'llm-judge:destroy-after';
const GONE = ['ResourceNotFoundException', 'InvalidRequestException'];

const kms = new KMSClient({});
const secrets = new SecretsManagerClient({});
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const unless = (names) => (error) => {
  if (!names.includes(error.name)) throw error;
};

function neededEpochs(now) {
  const start = now - (now % LENGTH);
  return [start, start + LENGTH].map((from) => ({
    name: new Date(from).toISOString().replace(/[-:]|\.\d+/g, ''),
    notBefore: new Date(from),
    sealUntil: new Date(from + LENGTH),
    destroyAfter: new Date(from + LENGTH + LONGEST_SEAL + SLACK),
  }));
}

// When each pair that is there must be destroyed, by the name of its secret.
async function listEnds() {
  const ends = new Map();
  let NextToken;
  do {
    const page = await secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [PREFIX] }], NextToken }));
    for (const { Name, Tags = [] } of page.SecretList) {
      const end = Tags.find((tag) => tag.Key === DESTROY_AFTER);
      if (end) ends.set(Name, new Date(end.Value));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return ends;
}

async function make(stage, epoch, Name) {
  const pair = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(pair.x, 'base64url');
  const kid = `${stage}-${epoch.name}-${createHash('sha256').update(publicKey).digest('hex').slice(0, 16)}`;
  const { CiphertextBlob } = await kms.send(new EncryptCommand({
    KeyId: WRAPPING_KEY,
    Plaintext: Buffer.from(pair.d, 'base64url'),
    EncryptionContext: { 'llm-judge:stage': stage, 'llm-judge:kid': kid },
  }));
  const told = { kid, stage, public_key: base64(publicKey), not_before: epoch.notBefore, seal_until: epoch.sealUntil };
  await secrets.send(new CreateSecretCommand({
    Name,
    KmsKeyId: WRAPPING_KEY,
    SecretString: JSON.stringify({
      public: told, destroy_after: epoch.destroyAfter, wrapped_private_key: base64(CiphertextBlob),
    }),
    Tags: [{ Key: DESTROY_AFTER, Value: epoch.destroyAfter.toISOString() }],
  })).catch(unless(['ResourceExistsException', 'InvalidRequestException']));
}

async function readPublic(SecretId) {
  const found = await secrets.send(new GetSecretValueCommand({ SecretId })).catch(unless(GONE));
  try {
    return found && JSON.parse(found.SecretString).public;
  } catch {
    console.error(JSON.stringify({
      event: 'sealing_secret_unusable', secret: SecretId, next_step: 'delete this secret: it is made again',
    }));
    return undefined;
  }
}

async function makeAndPublish(living, now) {
  for (const epoch of neededEpochs(now)) {
    for (const stage of STAGES) {
      const name = `${PREFIX}${stage}/${epoch.name}`;
      if (!living.has(name)) await make(stage, epoch, name);
      living.add(name);
    }
  }
  const told = await Promise.all([...living].sort().map(readPublic));
  const keyset = JSON.stringify({ keys: told.filter((key) => key && new Date(key.seal_until) > now) });
  const { Signature } = await kms.send(new SignCommand({
    KeyId: SIGNING_KEY, Message: Buffer.from(keyset), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256',
  }));
  const SecretString = JSON.stringify({ keyset, signature: base64(Signature) });
  await secrets.send(new PutSecretValueCommand({ SecretId: KEYSET, SecretString }));
}

async function destroy(names) {
  for (const SecretId of names) {
    await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })).catch(unless(GONE));
  }
}

async function rotate(now) {
  const ends = await listEnds();
  const over = [...ends.keys()].filter((name) => ends.get(name) < now);
  try {
    await makeAndPublish(new Set([...ends.keys()].filter((name) => !over.includes(name))), now);
  } finally {
    // Also where no pair could be made: what is over must go.
    await destroy(over);
  }
}

exports.handler = async (event) => {
  if (event.RequestType === 'Delete') {
    // From now on nobody would destroy them in their time.
    await destroy((await listEnds()).keys());
    return {};
  }
  await rotate(Date.now());
  if (!event.RequestType) return {};
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: SIGNING_KEY }));
  return { PhysicalResourceId: 'sealing-keys', Data: { VerifyKey: base64(PublicKey) } };
};
