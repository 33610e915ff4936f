//! Photos, made rather than taken: the same number gives the same picture.

use image::{
    ExtendedColorType, ImageEncoder, ImageError,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

/// A square landscape as PNG: sky, sun, ridges, and the grain of a high sensitivity, which is what makes it large.
///
/// # Errors
/// The picture cannot be written as PNG.
pub(super) fn render(seed: u64, edge: u32) -> Result<Vec<u8>, ImageError> {
    let scene = Scene::new(seed);
    let mut grain = Grain(seed | 1);
    let mut pixels = Vec::with_capacity(edge as usize * edge as usize * 3);
    let scale = 1.0 / f64::from(edge.max(1));
    for row in 0..edge {
        for column in 0..edge {
            let shade = scene.shade(f64::from(column) * scale, f64::from(row) * scale);
            let noise = grain.next();
            pixels.extend(
                shade
                    .iter()
                    .zip([noise, noise >> 5, noise >> 10])
                    .map(|(value, noise)| channel(value + f64::from(noise & 31) - 16.0)),
            );
        }
    }
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::NoFilter)
        .write_image(&pixels, edge, edge, ExtendedColorType::Rgb8)?;
    Ok(png)
}

/// What is in the picture.
struct Scene {
    sky: [f64; 3],
    ground: [f64; 3],
    sun: (f64, f64),
    phase: f64,
    roughness: f64,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let mut random = Grain(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut part = || f64::from(random.next()) / 65_536.0;
        Self {
            sky: [
                90.0 + 120.0 * part(),
                110.0 + 90.0 * part(),
                170.0 + 70.0 * part(),
            ],
            ground: [
                40.0 + 90.0 * part(),
                60.0 + 80.0 * part(),
                30.0 + 60.0 * part(),
            ],
            sun: (0.15 + 0.7 * part(), 0.1 + 0.3 * part()),
            phase: part() * std::f64::consts::TAU,
            roughness: 0.5 + part(),
        }
    }

    fn shade(&self, x: f64, y: f64) -> [f64; 3] {
        let ridge = 0.6
            + 0.12 * (x * 5.0 + self.phase).sin()
            + 0.04 * self.roughness * (x * 17.0 + self.phase * 2.0).sin();
        if y > ridge {
            let depth = 1.0 - 0.7 * (y - ridge);
            return self.ground.map(|value| value * depth);
        }
        let (sun_x, sun_y) = self.sun;
        let distance = (x - sun_x).hypot(y - sun_y);
        let glow = 90.0 * (1.0 - distance * 4.0).max(0.0);
        self.sky.map(|value| value * (0.75 + 0.4 * y) + glow)
    }
}

/// A small generator (xorshift64): the pictures must not change with a library's version.
struct Grain(u64);

impl Grain {
    fn next(&mut self) -> u16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let [first, second, ..] = self.0.to_be_bytes();
        u16::from_be_bytes([first, second])
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a byte"
)]
fn channel(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::demo::{
        gallery::LARGEST_PHOTO_BYTES,
        jobs::{FULL_EDGE, SAFE_EDGE, WEB_EDGE},
    };
    use image::GenericImageView;

    #[test]
    fn a_number_gives_the_same_png_each_time() {
        let png = render(7, 48).unwrap();
        assert_eq!(png, render(7, 48).unwrap());
        assert_ne!(png, render(8, 48).unwrap());
        assert_eq!(
            image::load_from_memory(&png).unwrap().dimensions(),
            (48, 48)
        );
    }

    #[test]
    fn only_full_resolution_is_too_large_for_the_gallery() {
        let size = |edge| render(3, edge).unwrap().len();
        assert!(size(WEB_EDGE) < LARGEST_PHOTO_BYTES / 4);
        assert!(size(SAFE_EDGE) < LARGEST_PHOTO_BYTES);
        assert!(size(FULL_EDGE) > LARGEST_PHOTO_BYTES);
    }
}
