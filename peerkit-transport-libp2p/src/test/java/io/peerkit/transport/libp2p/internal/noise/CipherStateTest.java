// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CipherStateTest {
    private static final byte[] KEY = Vectors.hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final int MAX = NoiseFrame.MAX_PLAINTEXT_BYTES;
    private static final byte[] NONE = {};

    private final CipherState sender = new CipherState(KEY);
    private final CipherState receiver = new CipherState(KEY);

    /** RFC 8439, appendix A.5: its nonce is four zero bytes and the bytes 01 to 08, which is this counter. */
    @Test
    void decrypt_exampleOfTheRfc_itsText() {
        byte[] key = Vectors.hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        byte[] ciphertext = Vectors.hex("64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38");
        CipherState state = new CipherState(key, 0x0807060504030201L);
        byte[] text = state.decrypt(Vectors.hex("f33388860000000000004e91"), ciphertext);
        assertThat(new String(text, StandardCharsets.UTF_8)).startsWith("Internet-Drafts are draft documents valid");
        byte[] again = new CipherState(key, 0x0807060504030201L).encrypt(Vectors.hex("f33388860000000000004e91"), text);
        assertThat(again).isEqualTo(ciphertext);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 200, MAX})
    void encrypt_messagesInOrder_decryptedInOrder(int length) {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);
        for (int i = 0; i < 3; i++) {
            byte[] frame = new byte[2 + length + NoiseFrame.TAG_BYTES];
            assertThat(sender.encrypt(plain, 0, length, frame, 2)).isEqualTo(length + NoiseFrame.TAG_BYTES);
            byte[] out = new byte[3 + length];
            assertThat(receiver.decrypt(frame, 2, frame.length - 2, out, 3)).isEqualTo(length);
            assertThat(Arrays.copyOfRange(out, 3, out.length)).isEqualTo(plain);
        }
    }

    @Test
    void encrypt_sameTextTwice_differs() {
        assertThat(sender.encrypt(NONE, new byte[8])).isNotEqualTo(sender.encrypt(NONE, new byte[8]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200, MAX})
    void encrypt_inPlace_sameAsElsewhere(int length) {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);
        byte[] buffer = Arrays.copyOf(plain, length + NoiseFrame.TAG_BYTES);
        sender.encrypt(buffer, 0, length, buffer, 0);
        assertThat(buffer).isEqualTo(new CipherState(KEY).encrypt(NONE, plain));
        assertThat(receiver.decrypt(buffer, 0, buffer.length, buffer, 0)).isEqualTo(length);
        assertThat(Arrays.copyOf(buffer, length)).isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void encrypt_buffersOnAndOffTheHeap_sameAsArrays(boolean directIn, boolean directOut) {
        byte[] plain = new byte[300];
        new Random(1).nextBytes(plain);
        ByteBuffer in =
                buffer(directIn, 400).put(new byte[50]).put(plain).flip().position(50);
        ByteBuffer out = buffer(directOut, 400).position(7);
        sender.encrypt(in, out);
        assertThat(in.remaining()).isZero();
        assertThat(out.position()).isEqualTo(7 + 316);
        byte[] written = new byte[316];
        out.get(7, written);
        assertThat(written).isEqualTo(new CipherState(KEY).encrypt(NONE, plain));

        ByteBuffer back = buffer(directIn, 310).position(5);
        receiver.decrypt(out.flip().position(7), back);
        assertThat(out.remaining()).isZero();
        assertThat(back.position()).isEqualTo(305);
        byte[] read = new byte[300];
        back.get(5, read);
        assertThat(read).isEqualTo(plain);
    }

    private static ByteBuffer buffer(boolean direct, int size) {
        return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    @Test
    void encrypt_outputTooSmall_refusedAndNothingUsedUp() {
        ByteBuffer in = ByteBuffer.allocate(10);
        assertThatThrownBy(() -> sender.encrypt(in, ByteBuffer.allocate(25)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(in.remaining()).isEqualTo(10);
        sender.encrypt(in, ByteBuffer.allocate(26));
        assertThat(in.remaining()).isZero();
    }

    @Test
    void encrypt_onePlaintextByteTooMany_refused() {
        byte[] out = new byte[MAX + 17];
        assertThatThrownBy(() -> sender.encrypt(new byte[MAX + 1], 0, MAX + 1, out, 0))
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("noise plaintext of 65520 bytes, at most 65519");
        assertThatThrownBy(() -> sender.encrypt(ByteBuffer.allocate(MAX + 1), ByteBuffer.allocate(MAX + 17)))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    void decrypt_lengthOutOfBounds_refused() {
        byte[] out = new byte[65_536];
        assertThatThrownBy(() -> receiver.decrypt(new byte[15], 0, 15, out, 0))
                .hasMessage("noise message of 15 bytes, must have 16 to 65535");
        assertThatThrownBy(() -> receiver.decrypt(ByteBuffer.allocate(65_536), ByteBuffer.allocate(65_536)))
                .hasMessage("noise message of 65536 bytes, must have 16 to 65535");
    }

    @Test
    void decrypt_changedMessage_refusedAndClosedAfterwards() {
        byte[] message = sender.encrypt(NONE, new byte[20]);
        byte[] changed = message.clone();
        changed[5] ^= 1;
        assertThatThrownBy(() -> receiver.decrypt(NONE, changed))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise message of 36 bytes is not authentic");
        assertThatThrownBy(() -> receiver.decrypt(NONE, message)).isInstanceOf(ClosedException.class);
    }

    @Test
    void decrypt_replayedOrSkippedMessage_refused() {
        byte[] first = sender.encrypt(NONE, new byte[20]);
        byte[] second = sender.encrypt(NONE, new byte[20]);
        assertThatThrownBy(() -> new CipherState(KEY).decrypt(NONE, second)).isInstanceOf(InvalidBytesException.class);
        assertThat(receiver.decrypt(NONE, first)).hasSize(20);
        assertThatThrownBy(() -> receiver.decrypt(NONE, first)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void encrypt_lastNonce_usedAndTheReservedOneRefused() {
        CipherState last = new CipherState(KEY, -2);
        assertThat(last.encrypt(NONE, new byte[1])).hasSize(17);
        assertThatThrownBy(() -> last.encrypt(NONE, new byte[1])).isInstanceOf(LimitExceededException.class);
        CipherState lastReceiver = new CipherState(KEY, -1);
        assertThatThrownBy(() -> lastReceiver.decrypt(NONE, new byte[17])).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void decrypt_randomBytes_onlyTheRealMessageTaken() {
        byte[] message = new CipherState(KEY).encrypt(NONE, new byte[24]);
        Fuzz.run(10, List.of(message), bytes -> {
            assertThat(new CipherState(KEY).decrypt(NONE, bytes)).isEqualTo(new byte[24]);
            assertThat(bytes).isEqualTo(message);
        });
    }
}
