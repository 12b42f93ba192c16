// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers proposals until one is supported.
 *
 * <p>After each {@link #feed}, send what {@link #takeOutput} returns. The header goes out with the answer to the
 * peer's, so that header and first answer usually make one packet. Not safe for use by many threads.
 *
 * @see Multistream
 */
public final class MultistreamListener {
    private final MessageReader reader = new MessageReader();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Function<String, Judgement> judge;
    private final Supplier<Set<String>> listed;
    private boolean headerSeen;
    private int proposals;
    private Negotiation outcome = Negotiation.Pending.PENDING;
    private Optional<String> undecided = Optional.empty();

    /**
     * Starts a negotiation.
     *
     * @param supported the protocols to accept
     */
    public MultistreamListener(Collection<String> supported) {
        this(
                protocol -> supported.contains(protocol) ? Judgement.SUPPORTED : Judgement.NOT_SUPPORTED,
                () -> Set.copyOf(supported));
    }

    /**
     * Starts a negotiation in which each proposal is judged when it comes.
     *
     * @param judge whether to accept a protocol; asked once for each proposal, and again when it answered "later"
     * @param listed the protocols to name when the peer asks for a list
     */
    public MultistreamListener(Function<String, Judgement> judge, Supplier<Set<String>> listed) {
        this.judge = judge;
        this.listed = listed;
    }

    /**
     * Takes bytes from the dialer, up to the end of the negotiation.
     *
     * @param in what arrived; what remains in it after {@link Negotiation.Accepted} belongs to the protocol, and what remains
     *     while a proposal waits for its judgement is to be fed after that
     * @return pending or accepted, the same again once it is over; never refused, since the dialer may propose more
     * @throws InvalidBytesException when a message is malformed or there are more than 32; close the stream then
     */
    public Negotiation feed(ByteBuffer in) {
        while (outcome == Negotiation.Pending.PENDING && undecided.isEmpty()) {
            Optional<String> message = reader.next(in);
            if (message.isEmpty()) {
                break;
            }
            outcome = headerSeen ? proposal(message.get()) : header(message.get());
        }
        return outcome;
    }

    private Negotiation header(String message) {
        if (!message.equals(Multistream.HEADER)) {
            throw new InvalidBytesException(
                    "multistream header of " + message.length() + " characters, must be " + Multistream.HEADER);
        }
        headerSeen = true;
        output.writeBytes(Multistream.encode(Multistream.HEADER));
        return Negotiation.Pending.PENDING;
    }

    private Negotiation proposal(String message) {
        if (++proposals > Multistream.MAX_PROPOSALS) {
            throw new InvalidBytesException(
                    "multistream proposals " + proposals + ", at most " + Multistream.MAX_PROPOSALS);
        }
        if (message.equals(Multistream.LIST)) {
            output.writeBytes(Multistream.encodeList(listed.get()));
            return Negotiation.Pending.PENDING;
        }
        return judge(message);
    }

    private Negotiation judge(String protocol) {
        return switch (judge.apply(protocol)) {
            case SUPPORTED -> {
                output.writeBytes(Multistream.encode(protocol));
                yield new Negotiation.Accepted(protocol);
            }
            case NOT_SUPPORTED -> {
                output.writeBytes(Multistream.encode(Multistream.NOT_AVAILABLE));
                yield Negotiation.Pending.PENDING;
            }
            case LATER -> {
                undecided = Optional.of(protocol);
                yield Negotiation.Pending.PENDING;
            }
        };
    }

    /**
     * Whether a proposal waits for its judgement.
     *
     * @return true from {@link Judgement#LATER} to {@link #judgeAgain}
     */
    public boolean isUndecided() {
        return undecided.isPresent();
    }

    /**
     * Judges the proposal that waits.
     *
     * @return how far the negotiation has come
     */
    public Negotiation judgeAgain() {
        Optional<String> protocol = undecided;
        undecided = Optional.empty();
        protocol.ifPresent(waited -> outcome = judge(waited));
        return outcome;
    }

    /**
     * What is to be sent, each byte once.
     *
     * @return the bytes, perhaps none
     */
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }
}
