export type { AccountEvent, AccountEventData } from "./envelope.ts";
export { kafkaHandlers, type KafkaHandlers } from "./kafka-handlers.ts";
export { kafkajsFeed, type KafkajsClients } from "./kafkajs-feed.ts";
export type { KafkaHandlersOptions } from "./options.ts";
export { platformaticProducer, type PlatformaticProducerLike } from "./platformatic-producer.ts";
export type { KafkaProducerLike, OutgoingMessage, OutgoingRecord } from "./producer-like.ts";
export { PublishError } from "./publish-error.ts";
export {
  resetLinkReader,
  type LinkStanding,
  type ResetLinkReader,
  type ResetLinkReaderOptions,
} from "./reset-link-reader.ts";
export type { TopicFeed, TopicRecord } from "./topic-feed.ts";
