export const api = {
  sum: (values) => values.reduce((total, value) => total + BigInt(value), 0n),

  area(shape) {
    switch (shape.tag) {
      case 'circle': return Math.PI * shape.val ** 2;
      case 'polygon': {
        const corners = shape.val;
        let twice = 0;
        corners.forEach(([x, y], i) => {
          const [nextX, nextY] = corners[(i + 1) % corners.length];
          twice += x * nextY - nextX * y;
        });
        return Math.abs(twice) / 2;
      }
      default: return 0;
    }
  },

  scale: (by, { name, values }) => ({ name: `${name}×${by}`, values: values.map((v) => v * by) }),

  divide(a, b) {
    if (b === 0) throw `${a} ÷ 0 = ☹`;  // a thrown value becomes the error case of the result
    return a / b;
  },

  greet: (name) => `Grüße, ${name}! 🚀`,
  reverse: (text) => [...text].reverse().join(''),
};
