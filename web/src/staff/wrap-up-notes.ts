// What listeners wrote after chats, as the API tells it to themselves and to supervisors.
export interface WrapUpNote {
  chat_id: string;
  at_ms: number;
  listener_name: string | null;
  topics: string[];
  words: string;
}
