// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both sides of multistream-select. */
final class MultistreamTest {
    private static final String HEADER = "13" + hex("/multistream/1.0.0\n");
    private static final String NA = "03" + hex("na\n");

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] messages(String... texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String text : texts) {
            out.writeBytes(Multistream.encode(text));
        }
        return out.toByteArray();
    }

    private static ByteBuffer in(String... texts) {
        return ByteBuffer.wrap(messages(texts));
    }

    @Test
    void dialer_firstProposalAccepted_oneWriteEachWay() {
        MultistreamDialer dialer = new MultistreamDialer(List.of("/noise"));
        byte[] opening = dialer.takeOutput();
        assertThat(opening).isEqualTo(Vectors.hex(HEADER + "07" + hex("/noise\n")));
        assertThat(dialer.takeOutput()).isEmpty();

        MultistreamListener listener = new MultistreamListener(Set.of("/noise", "/tls/1.0.0"));
        assertThat(listener.takeOutput()).isEmpty();
        assertThat(listener.feed(ByteBuffer.wrap(opening))).isEqualTo(new Negotiation.Accepted("/noise"));
        byte[] answer = listener.takeOutput();
        assertThat(answer).isEqualTo(opening);
        assertThat(dialer.feed(ByteBuffer.wrap(answer))).isEqualTo(new Negotiation.Accepted("/noise"));
        assertThat(dialer.takeOutput()).isEmpty();
    }

    @Test
    void dialer_secondProposalAccepted_firstAnsweredNotAvailable() {
        MultistreamDialer dialer = new MultistreamDialer(List.of("/a", "/b"));
        MultistreamListener listener = new MultistreamListener(Set.of("/b"));
        assertThat(listener.feed(ByteBuffer.wrap(dialer.takeOutput()))).isEqualTo(Negotiation.Pending.PENDING);
        byte[] answer = listener.takeOutput();
        assertThat(answer).isEqualTo(Vectors.hex(HEADER + NA));
        assertThat(dialer.feed(ByteBuffer.wrap(answer))).isEqualTo(Negotiation.Pending.PENDING);
        assertThat(listener.feed(ByteBuffer.wrap(dialer.takeOutput()))).isEqualTo(new Negotiation.Accepted("/b"));
        assertThat(dialer.feed(ByteBuffer.wrap(listener.takeOutput()))).isEqualTo(new Negotiation.Accepted("/b"));
    }

    @Test
    void dialer_everyProposalRefused_refused() {
        MultistreamDialer dialer = new MultistreamDialer(List.of("/a", "/b"));
        assertThat(dialer.feed(in(Multistream.HEADER, "na"))).isEqualTo(Negotiation.Pending.PENDING);
        ByteBuffer in = in("na", "later");
        assertThat(dialer.feed(in)).isEqualTo(Negotiation.Refused.REFUSED);
        assertThat(in.remaining()).isEqualTo(7);
        assertThat(dialer.feed(in)).isEqualTo(Negotiation.Refused.REFUSED);
        assertThat(in.remaining()).isEqualTo(7);
    }

    @Test
    void dialer_noProposal_programError() {
        assertThatThrownBy(() -> new MultistreamDialer(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void feed_byteByByte_sameOutcomeAndNothingTakenBeyondIt() {
        MultistreamDialer dialer = new MultistreamDialer(List.of("/a", "/b"));
        MultistreamListener listener = new MultistreamListener(Set.of("/b"));
        byte[] toListener = messages(Multistream.HEADER, "/a", "/b", "application");
        byte[] toDialer = messages(Multistream.HEADER, "na", "/b", "application");
        assertThat(feedByteByByte(toListener, listener::feed)).isEqualTo(toListener.length - 13);
        assertThat(feedByteByByte(toDialer, dialer::feed)).isEqualTo(toDialer.length - 13);
        assertThat(listener.takeOutput()).isEqualTo(messages(Multistream.HEADER, "na", "/b"));
        assertThat(dialer.takeOutput()).isEqualTo(messages(Multistream.HEADER, "/a", "/b"));
    }

    private static int feedByteByByte(byte[] bytes, Function<ByteBuffer, Negotiation> feed) {
        for (int i = 0; i < bytes.length; i++) {
            ByteBuffer one = ByteBuffer.wrap(bytes, i, 1);
            if (feed.apply(one) instanceof Negotiation.Accepted accepted) {
                assertThat(accepted.protocol()).isEqualTo("/b");
                assertThat(one.remaining()).isZero();
                return i + 1;
            }
            assertThat(one.remaining()).isZero();
        }
        throw new AssertionError("not accepted");
    }

    @Test
    void feed_applicationBytesBehindTheAnswer_left() {
        ByteBuffer in = ByteBuffer.allocateDirect(100)
                .put(messages(Multistream.HEADER, "/a"))
                .put(new byte[] {1, 2, 3})
                .flip();
        assertThat(new MultistreamListener(Set.of("/a")).feed(in)).isEqualTo(new Negotiation.Accepted("/a"));
        assertThat(in.remaining()).isEqualTo(3);
        assertThat(in.get()).isEqualTo((byte) 1);
    }

    @Test
    void listener_list_supportedProtocolsInOneMessage() {
        MultistreamListener listener = new MultistreamListener(Set.of("/a"));
        assertThat(listener.feed(in(Multistream.HEADER, "ls"))).isEqualTo(Negotiation.Pending.PENDING);
        assertThat(listener.takeOutput()).isEqualTo(Vectors.hex(HEADER + "05" + "03" + hex("/a\n") + "0a"));
        assertThat(listener.feed(in("/a"))).isEqualTo(new Negotiation.Accepted("/a"));
    }

    @Test
    void listener_listOfMoreThanFits_asManyAsFit() {
        List<String> many =
                IntStream.range(0, 500).mapToObj(i -> "/protocol/" + i).toList();
        byte[] answer = Multistream.encodeList(many);
        assertThat(answer.length).isBetween(Multistream.MAX_MESSAGE_BYTES - 20, Multistream.MAX_MESSAGE_BYTES + 2);
        assertThat(new MessageReader().next(ByteBuffer.wrap(answer))).isPresent();
    }

    @Test
    void listener_mostProposals_answeredAndOneMoreRefused() {
        MultistreamListener listener = new MultistreamListener(Set.of("/a"));
        listener.feed(in(Multistream.HEADER));
        for (int i = 0; i < Multistream.MAX_PROPOSALS; i++) {
            assertThat(listener.feed(in("/b"))).isEqualTo(Negotiation.Pending.PENDING);
        }
        assertThatThrownBy(() -> listener.feed(in("/b")))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("multistream proposals 33, at most 32");
    }

    @Test
    void feed_longestMessage_takenAndOneMoreRefused() {
        String longest = "/" + "x".repeat(1_022);
        MultistreamListener listener = new MultistreamListener(Set.of(longest));
        assertThat(listener.feed(in(Multistream.HEADER, longest))).isEqualTo(new Negotiation.Accepted(longest));
        assertThatThrownBy(() -> Multistream.encode(longest + "x"))
                .hasMessage("multistream message of 1025 bytes, at most 1024");
        MultistreamListener other = new MultistreamListener(Set.of());
        assertThatThrownBy(() -> other.feed(ByteBuffer.wrap(Vectors.hex(HEADER + "8108"))))
                .hasMessage("multistream message of 1025 bytes, must have 1 to 1024");
    }

    @ParameterizedTest
    @CsvSource({
        "00, of 0 bytes",
        "808001, length of more than 2 bytes",
        "ffffffffff, length of more than 2 bytes",
        "8100, shortest form",
        "026161, newline",
        "03c3280a, UTF-8",
        "03616a0a, header of 2 characters"
    })
    void feed_malformedMessage_refused(String hex, String reason) {
        assertThatThrownBy(() -> new MultistreamListener(Set.of()).feed(ByteBuffer.wrap(Vectors.hex(hex))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> new MultistreamDialer(List.of("/a")).feed(ByteBuffer.wrap(Vectors.hex(hex))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void dialer_answerToSomethingElse_refused() {
        MultistreamDialer dialer = new MultistreamDialer(List.of("/a"));
        assertThatThrownBy(() -> dialer.feed(in(Multistream.HEADER, "/c")))
                .hasMessage("multistream answer of 2 characters, must be /a or na");
    }

    @Test
    void listener_randomBytes_refusedOrAcceptedWhatItSupports() {
        List<byte[]> samples = List.of(
                messages(Multistream.HEADER, "/a"),
                messages(Multistream.HEADER, "ls", "/x", "/a"),
                messages(Multistream.HEADER, "/x"));
        Fuzz.run(13, samples, bytes -> {
            MultistreamListener listener = new MultistreamListener(Set.of("/a"));
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (listener.feed(in) instanceof Negotiation.Accepted accepted) {
                assertThat(accepted.protocol()).isEqualTo("/a");
                assertThat(bytes[in.position() - 1]).isEqualTo((byte) '\n');
            } else {
                assertThat(in.remaining()).isZero();
            }
        });
    }

    @Test
    void dialer_randomBytes_refusedOrAcceptedWhatItProposed() {
        List<byte[]> samples = List.of(
                messages(Multistream.HEADER, "/a"),
                messages(Multistream.HEADER, "na", "/b"),
                messages(Multistream.HEADER, "na", "na"));
        Fuzz.run(14, samples, bytes -> {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Negotiation outcome = new MultistreamDialer(List.of("/a", "/b")).feed(in);
            if (outcome instanceof Negotiation.Accepted accepted) {
                assertThat(accepted.protocol()).isIn("/a", "/b");
            }
            assertThat(outcome != Negotiation.Pending.PENDING || !in.hasRemaining())
                    .isTrue();
        });
    }
}
