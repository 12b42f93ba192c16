// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.internal.peer.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/**
 * Who sends which cards to whom: on connect both sides send digests and answer with what the other lacks; later, news
 * are passed on once. A peer that wants few cards gets a random choice and no news but those of its peers' own cards. What
 * connection strategies tell one another travels here too, with cards.
 *
 * <p>No IO, no clock. Belongs to the node loop.
 */
public final class AgentExchange {
    /** Cards a peer may have checked at once; each costs a check of a signature. */
    static final int CARD_BURST = AgentDirectory.MAX_AGENTS;

    /** Cards a second that a peer may have checked for long; the rest is dropped. */
    static final int CARDS_PER_SECOND = 64;

    /** Digests that are answered on one connection: one is due, each costs up to a megabyte. */
    static final int MAX_DIGESTS = 4;

    /** Bytes of a message that cards may fill; the rest is for the map around them. */
    private static final int CARDS_BYTES = Transport.MAX_MESSAGE_BYTES - 64;

    /** What a card adds to a message beside its own bytes. */
    private static final int CARD_OVERHEAD = CardVersion.BYTES + 8;

    /** A message to send. */
    public record Mail(NodeId to, AgentMessage message) {}

    /**
     * What came of a message.
     *
     * @param mail to send
     * @param news cards that are the latest of their agents
     * @param told what the peer's strategy says
     * @param named the valid cards that came with it, news among them
     */
    public record Result(List<Mail> mail, List<AgentInfo> news, Optional<byte[]> told, List<AgentInfo> named) {}

    private static final class Contact {
        private final Peer peer;
        private double tokens = CARD_BURST;
        private Optional<Instant> refilled = Optional.empty();
        private int digests;

        /** How many cards it wants; known from its digest on, and news before it are in the answer to that. */
        private int limit;

        /** How many it was told that this node wants. */
        private int told;

        Contact(Peer peer) {
            this.peer = peer;
        }

        boolean mayCheck(Instant now) {
            if (refilled.isPresent()) {
                // A clock that steps back gives nothing, and no tokens are taken away for it.
                long elapsed = Math.max(0, Duration.between(refilled.get(), now).toMillis());
                tokens = Math.min(CARD_BURST, tokens + elapsed * CARDS_PER_SECOND / 1000.0);
            }
            refilled = Optional.of(now);
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }

    private final Agent agent;
    private final AgentDirectory directory;
    private final OwnCard own;
    private final IntSupplier limit;
    private final RandomGenerator random;
    private final Map<NodeId, Contact> contacts = new LinkedHashMap<>();
    private long refused;

    /**
     * @param agent reads cards
     * @param directory knows the others
     * @param own is the local agent's
     * @param limit how many cards of others to ask for
     * @param random chooses among cards for those who want few
     */
    public AgentExchange(
            Agent agent, AgentDirectory directory, OwnCard own, IntSupplier limit, RandomGenerator random) {
        this.agent = agent;
        this.directory = directory;
        this.own = own;
        this.limit = limit;
        this.random = random;
    }

    /** A peer is connected. */
    public List<Mail> peerUp(Peer peer, Instant now) {
        Contact contact = new Contact(peer);
        contacts.put(peer.node(), contact);
        return List.of(digest(contact, now));
    }

    /** Tells peers when this node wants all cards from now on, or does not any more. */
    public List<Mail> limitChanged(Instant now) {
        boolean all = limit.getAsInt() == AgentMessage.UNLIMITED;
        List<Mail> mail = new ArrayList<>();
        for (Contact contact : contacts.values()) {
            if (all != (contact.told == AgentMessage.UNLIMITED)) {
                mail.add(digest(contact, now));
            }
        }
        return mail;
    }

    private Mail digest(Contact contact, Instant now) {
        List<CardVersion> versions = new ArrayList<>();
        for (AgentInfo info : cards(now)) {
            if (versions.size() < AgentDirectory.MAX_AGENTS) {
                versions.add(CardVersion.of(info));
            }
        }
        contact.told = limit.getAsInt();
        return new Mail(contact.peer.node(), new AgentMessage.Digest(CardVersion.pack(versions), contact.told));
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        contacts.remove(peer.node());
    }

    /** A message came. Cards in it that are wrong are counted, the others are taken. */
    public Result received(NodeId from, AgentMessage message, Instant now) {
        Contact contact = contacts.get(from);
        if (contact == null) {
            return new Result(List.of(), List.of(), Optional.empty(), List.of());
        }
        if (message instanceof AgentMessage.Digest digest) {
            return new Result(answer(contact, digest, now), List.of(), Optional.empty(), List.of());
        }
        if (message instanceof AgentMessage.Told told) {
            List<AgentInfo> news = learn(contact, told.cards(), now);
            List<AgentInfo> named = new ArrayList<>();
            for (AgentMessage.Card card : told.cards()) {
                directory
                        .get(card.version().agent())
                        .filter(info -> !info.isExpired(now))
                        .ifPresent(named::add);
            }
            return new Result(passOn(news, Optional.of(from)), news, Optional.of(told.message()), named);
        }
        List<AgentInfo> news = learn(contact, ((AgentMessage.Cards) message).cards(), now);
        return new Result(passOn(news, Optional.of(from)), news, Optional.empty(), List.of());
    }

    private List<AgentInfo> learn(Contact contact, List<AgentMessage.Card> cards, Instant now) {
        List<AgentInfo> news = new ArrayList<>();
        for (AgentMessage.Card card : cards) {
            if (directory.isNews(card.version()) && contact.mayCheck(now)) {
                learn(card.encoded(), now).ifPresent(news::add);
            }
        }
        return news;
    }

    private Optional<AgentInfo> learn(byte[] encoded, Instant now) {
        try {
            AgentInfo info = agent.readInfo(encoded);
            AgentDirectory.Verdict verdict = directory.learn(info, now);
            if (verdict == AgentDirectory.Verdict.NEWS) {
                return Optional.of(info);
            }
            if (verdict == AgentDirectory.Verdict.REFUSED || verdict == AgentDirectory.Verdict.FULL) {
                refused++;
            }
        } catch (InvalidBytesException e) {
            refused++;
        }
        return Optional.empty();
    }

    private List<Mail> answer(Contact contact, AgentMessage.Digest digest, Instant now) {
        contact.limit = digest.limit();
        if (++contact.digests > MAX_DIGESTS) {
            return List.of();
        }
        contact.limit = digest.limit();
        Map<AgentId, Long> known = new LinkedHashMap<>();
        for (CardVersion version : CardVersion.unpack(digest.versions())) {
            known.put(version.agent(), version.issuedAtMillis());
        }
        List<AgentInfo> lacking = new ArrayList<>();
        for (AgentInfo info : cards(now)) {
            Long issuedAt = known.get(info.agentId());
            if (issuedAt == null || issuedAt < info.issuedAt().toEpochMilli()) {
                lacking.add(info);
            }
        }
        return mails(contact, few(lacking, contact.limit));
    }

    /** The own card, which every peer needs, and a random choice of others. */
    private List<AgentInfo> few(List<AgentInfo> cards, int limit) {
        List<AgentInfo> others = new ArrayList<>(cards);
        List<AgentInfo> chosen = new ArrayList<>();
        own.current().filter(others::remove).ifPresent(chosen::add);
        if (others.size() <= limit) {
            return cards;
        }
        for (int i = 0; i < limit; i++) {
            chosen.add(others.remove(random.nextInt(others.size())));
        }
        return chosen;
    }

    /** The local agent has a new card. */
    public List<Mail> renewed(AgentInfo card) {
        List<Mail> mail = new ArrayList<>();
        contacts.values().forEach(contact -> mail.addAll(mails(contact, List.of(card))));
        return mail;
    }

    /** What the local strategy tells that of a peer. */
    public List<Mail> tell(NodeId to, byte[] message, List<AgentId> about, Instant now) {
        List<AgentMessage.Card> cards = new ArrayList<>();
        for (AgentId each : about) {
            Optional<AgentInfo> card = each.equals(agent.id()) ? own.current() : directory.get(each);
            if (cards.size() < ConnectionStrategy.MAX_TOLD_CARDS) {
                card.filter(info -> !info.isExpired(now))
                        .ifPresent(info -> cards.add(new AgentMessage.Card(CardVersion.of(info), info.encoded())));
            }
        }
        return List.of(new Mail(to, new AgentMessage.Told(message, cards)));
    }

    /** Each version is news once, so each node passes it on once. */
    private List<Mail> passOn(List<AgentInfo> news, Optional<NodeId> from) {
        List<Mail> mail = new ArrayList<>();
        if (!news.isEmpty()) {
            for (Contact contact : contacts.values()) {
                if (contact.limit == AgentMessage.UNLIMITED
                        && from.filter(contact.peer.node()::equals).isEmpty()) {
                    mail.addAll(mails(contact, news));
                }
            }
        }
        return mail;
    }

    private static List<Mail> mails(Contact contact, List<AgentInfo> infos) {
        List<Mail> mail = new ArrayList<>();
        List<AgentMessage.Card> cards = new ArrayList<>();
        int bytes = 0;
        for (AgentInfo info : infos) {
            if (info.agentId().equals(contact.peer.agent())) {
                continue; // It knows its own.
            }
            int more = info.encoded().length + CARD_OVERHEAD;
            if (cards.size() == AgentMessageCodec.MAX_CARDS || bytes + more > CARDS_BYTES) {
                mail.add(new Mail(contact.peer.node(), new AgentMessage.Cards(cards)));
                cards = new ArrayList<>();
                bytes = 0;
            }
            cards.add(new AgentMessage.Card(CardVersion.of(info), info.encoded()));
            bytes += more;
        }
        if (!cards.isEmpty()) {
            mail.add(new Mail(contact.peer.node(), new AgentMessage.Cards(cards)));
        }
        return mail;
    }

    private List<AgentInfo> cards(Instant now) {
        List<AgentInfo> cards = new ArrayList<>();
        own.current().ifPresent(cards::add);
        cards.addAll(directory.all());
        cards.removeIf(info -> info.isExpired(now));
        return cards;
    }

    /** Cards refused since the start: malformed, wrongly signed, from the future, counting too long, or one too many. */
    public long refused() {
        return refused;
    }
}
