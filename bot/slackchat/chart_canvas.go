package slackchat

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Sizes of text, in pixels.
const (
	chartTitleSize  = 24
	chartTextSize   = 17
	chartLabelWidth = 58 // of a day and the gap to the next
)

type alignment int

const (
	alignLeft alignment = iota
	alignMiddle
	alignRight
)

// canvas is a picture that is drawn on. The font is read for each picture: they
// are rare, and nothing of it stays in memory.
type canvas struct {
	image *image.RGBA
	faces map[int]font.Face
}

func newCanvas(width, height int, paper color.Color) (*canvas, error) {
	letters, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	c := &canvas{image.NewRGBA(image.Rect(0, 0, width, height)), map[int]font.Face{}}
	for _, size := range []int{chartTitleSize, chartTextSize} {
		// At 72 dots an inch a point is a pixel.
		face, err := opentype.NewFace(letters, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			return nil, err
		}
		c.faces[size] = face
	}
	c.fill(0, 0, width, height, paper)
	return c, nil
}

// fill paints a rectangle.
func (c *canvas) fill(left, top, right, bottom int, ink color.Color) {
	draw.Draw(c.image, image.Rect(left, top, right, bottom), image.NewUniform(ink), image.Point{}, draw.Src)
}

// text writes a line; x is its left end, its middle or its right end, and y its
// base line.
func (c *canvas) text(x, y int, to alignment, size int, line string) {
	d := font.Drawer{Dst: c.image, Src: image.NewUniform(chartInk), Face: c.faces[size], Dot: fixed.P(x, y)}
	switch to {
	case alignLeft:
	case alignMiddle:
		d.Dot.X -= d.MeasureString(line) / 2
	case alignRight:
		d.Dot.X -= d.MeasureString(line)
	}
	d.DrawString(line)
}

func (c *canvas) png() ([]byte, error) {
	var out bytes.Buffer
	err := png.Encode(&out, c.image)
	return out.Bytes(), err
}
