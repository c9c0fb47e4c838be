"""What simulated people say: gentle sentences, each message marked as demo, so that nobody takes it for a person's."""

from random import Random

MARK = "(demo)"

GREETINGS = (
    "Hello, I am here with you.",
    "Hi, thank you for coming tonight.",
    "Hello. Take all the time you need.",
    "Hi there. What is on your mind?",
)
FIRST_WORDS = (
    "hi",
    "hello",
    "is anyone there?",
    "I could use somebody to talk to.",
    "I am not sure how this works.",
    "hey, long day.",
    "Can I just talk for a bit?",
)
SEEKER = (
    "I keep going over the same day in my head.",
    "It is quiet at home and I notice it most in the evening.",
    "I slept badly again.",
    "Work has been a lot lately.",
    "My sister moved away and the flat feels too big.",
    "I used to paint. I have not touched a brush since spring.",
    "I said yes again when I wanted to say no.",
    "When I walk by the river it is easier for a while.",
    "I do not want to bother my friends with it.",
    "There is an exam on Monday and I cannot begin.",
    "I feel like everybody else knows how this is done.",
    "Yes, that is it.",
    "I never told anybody that.",
    "Maybe.",
    "It helps to write it down.",
    "My grandmother would have known what to say.",
    "The mornings are the hardest.",
    "I made soup today. That is something.",
    "We argued about dishes, but it was not about the dishes.",
    "I am tired, and not only from today.",
    "It comes in waves.",
    "I do not know what I need.",
    "I thought it would be over by now.",
    "Thank you for asking.",
    "The dog next door is the best part of my week.",
)
LISTENER = (
    "That sounds like a lot to carry.",
    "What was that like for you?",
    "I hear how tired you are.",
    "Would you like to tell me more about that?",
    "When was it a little lighter, even for a moment?",
    "It makes sense that you feel that way.",
    "Thank you for telling me. That took something.",
    "What would you say to a friend who told you this?",
    "You said the evenings are hard. What happens then?",
    "Is there somebody near you who knows?",
    "There is no hurry.",
    "I wonder what you wish for, under all that.",
    "So part of you wants rest, and part of you feels you must go on.",
    "What has helped before, even a bit?",
    "I am still here.",
    "It is all right not to know yet.",
    "How do you feel now, while you write this?",
    "Soup counts.",
)
ASKING = (
    "Are you still there? It is all right if you need a moment.",
    "I am here whenever you are ready.",
)
GOODBYES = (
    "Thank you, I think I can sleep now.",
    "I have to go. This helped.",
    "Good night, and thank you.",
)


def compose(chance: Random, sentences: tuple[str, ...], characters: int) -> str:
    """One message of about `characters` characters, marked as demo."""
    text = chance.choice(sentences)
    while len(text) + 20 < characters:
        text = f"{text} {chance.choice(sentences)}"
    return f"{MARK} {text}"
