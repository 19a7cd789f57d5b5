'use strict'
// The codec of npm mqtt-packet, for a test to ask: on stdin a JSON array of questions a line, on stdout a JSON array of answers a line.
//   {"level":5,"parse":"<base64>"}     ->  {"packet":{...}} or {"error":"..."}
//   {"level":5,"generate":{...}}       ->  {"bytes":"<base64>"} or {"error":"..."}
// A packet has the fields of tests/Mqtt.Tests/Peer/WirePacket.cs; here they are turned into the names of mqtt-packet and back.

const readline = require('node:readline')
const mqtt = require('mqtt-packet')
const { propertiesCodes: names, properties: ids, propertiesTypes: types } = require('mqtt-packet/constants')

const base64 = bytes => Buffer.from(bytes).toString('base64')
const bytes = text => Buffer.from(text ?? '', 'base64')

function value (type, property) {
  switch (type) {
    case 'byte': return property.number === 1
    case 'string': return property.text ?? ''
    case 'binary': return bytes(property.data)
    default: return property.number ?? 0
  }
}

function add (target, name, item) {
  target[name] = name in target ? [].concat(target[name], [item]) : item
}

function propertiesIn (list) {
  if (!list || list.length === 0) return undefined
  const properties = {}
  for (const property of list) {
    const name = names[property.id]
    if (name === 'userProperties') {
      properties[name] ??= Object.create(null)
      add(properties[name], property.name ?? '', property.text ?? '')
    } else {
      add(properties, name, value(types[name], property))
    }
  }
  return properties
}

function propertyOut (name, item) {
  const id = ids[name]
  switch (types[name]) {
    case 'byte': return { id, number: item ? 1 : 0 }
    case 'string': return { id, text: item }
    case 'binary': return { id, data: base64(item) }
    default: return { id, number: item }
  }
}

function propertiesOut (properties) {
  const list = []
  for (const [name, item] of Object.entries(properties ?? {})) {
    if (name === 'userProperties') {
      for (const [key, texts] of Object.entries(item)) {
        for (const text of [].concat(texts)) list.push({ id: ids[name], name: key, text })
      }
    } else {
      for (const one of [].concat(item)) list.push(propertyOut(name, one))
    }
  }
  return list
}

function packetIn (p, level) {
  const will = p.will && {
    topic: p.will.topic, payload: bytes(p.will.payload), qos: p.will.qoS ?? 0, retain: !!p.will.retain, properties: propertiesIn(p.will.properties)
  }
  return {
    cmd: p.kind,
    protocolVersion: level,
    dup: !!p.duplicate,
    qos: p.qoS ?? 0,
    retain: !!p.retain,
    messageId: p.packetId ?? 0,
    topic: p.topic,
    payload: bytes(p.payload),
    sessionPresent: !!p.sessionPresent,
    returnCode: p.code ?? 0,
    reasonCode: p.code ?? 0,
    granted: p.codes,
    properties: propertiesIn(p.properties),
    subscriptions: p.filters?.map(({ filter, options = 0 }) => ({
      topic: filter, qos: options & 3, nl: (options & 4) !== 0, rap: (options & 8) !== 0, rh: options >> 4
    })),
    unsubscriptions: p.filters?.map(({ filter }) => filter),
    clean: !!p.cleanStart,
    keepalive: p.keepAlive ?? 0,
    clientId: p.clientId,
    username: p.userName,
    password: p.password === undefined ? undefined : bytes(p.password),
    will
  }
}

function packetOut (p) {
  const publish = p.cmd === 'publish'
  return {
    kind: p.cmd,
    duplicate: publish && p.dup,
    qoS: publish ? p.qos : 0,
    retain: publish && p.retain,
    packetId: p.messageId ?? 0,
    topic: publish ? p.topic : null,
    payload: publish ? base64(p.payload) : null,
    sessionPresent: p.sessionPresent ?? false,
    code: p.reasonCode ?? p.returnCode ?? 0,
    codes: p.granted ?? null,
    properties: propertiesOut(p.properties),
    filters: p.subscriptions?.map(s => ({ filter: s.topic, options: s.qos | (s.nl ? 4 : 0) | (s.rap ? 8 : 0) | ((s.rh ?? 0) << 4) })) ??
      p.unsubscriptions?.map(filter => ({ filter, options: 0 })) ?? null,
    cleanStart: p.clean ?? false,
    keepAlive: p.keepalive ?? 0,
    clientId: p.clientId ?? null,
    userName: p.username ?? null,
    password: p.password === undefined ? null : base64(p.password),
    will: p.will
      ? { topic: p.will.topic, payload: base64(p.will.payload), qoS: p.will.qos, retain: p.will.retain, properties: propertiesOut(p.will.properties) }
      : null
  }
}

function parse (level, packet) {
  const packets = []
  const errors = []
  const parser = mqtt.parser({ protocolVersion: level })
  parser.on('packet', p => packets.push(p))
  parser.on('error', e => errors.push(e.message))
  const left = parser.parse(packet)
  if (errors.length > 0) return { error: errors[0] }
  if (packets.length !== 1 || left > 0) return { error: `${packets.length} packets, ${left} bytes left` }
  return { packet: packetOut(packets[0]) }
}

function answer (question) {
  try {
    return question.generate
      ? { bytes: base64(mqtt.generate(packetIn(question.generate, question.level), { protocolVersion: question.level })) }
      : parse(question.level, bytes(question.parse))
  } catch (e) {
    return { error: `threw ${e.message}` }
  }
}

readline.createInterface({ input: process.stdin, terminal: false })
  .on('line', line => process.stdout.write(JSON.stringify(JSON.parse(line).map(answer)) + '\n'))
